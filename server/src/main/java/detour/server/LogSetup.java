package detour.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The log: text for people on a terminal, one JSON object a line for programs elsewhere; always on
/// standard error.
final class LogSetup {
  private LogSetup() {}

  /// Sets up the log of the whole program. Called once, before anything is logged.
  static void apply() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    Encoder<ILoggingEvent> encoder = isTerminal() ? text(context) : json(context);
    appender.setEncoder(encoder);
    appender.start();
    context.getLogger("ROOT").setLevel(Level.INFO);
    context.getLogger("ROOT").addAppender(appender);
  }

  private static boolean isTerminal() {
    return System.console() != null && System.console().isTerminal();
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %msg%n%ex{short}");
    encoder.start();
    return encoder;
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonLines encoder = new JsonLines();
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }

  /// One flat JSON object for each event: ts, level, logger, thread, msg, the event's own key-value
  /// pairs, and error.
  static final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = new byte[0];
    private final JsonFactory factory = new JsonFactory();

    @Override
    public byte[] headerBytes() {
      return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), line)) {
        json.writeStartObject();
        json.writeStringProperty("ts", Instant.ofEpochMilli(event.getTimeStamp()).toString());
        json.writeStringProperty("level", event.getLevel().toString());
        json.writeStringProperty("logger", event.getLoggerName());
        json.writeStringProperty("thread", event.getThreadName());
        json.writeStringProperty("msg", event.getFormattedMessage());
        if (event.getKeyValuePairs() != null) {
          for (KeyValuePair pair : event.getKeyValuePairs()) {
            json.writeStringProperty(pair.key, String.valueOf(pair.value));
          }
        }
        if (event.getThrowableProxy() != null) {
          json.writeStringProperty("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        json.writeEndObject();
      }
      line.writeBytes("\n".getBytes(StandardCharsets.UTF_8));
      return line.toByteArray();
    }

    @Override
    public byte[] footerBytes() {
      return NOTHING;
    }
  }
}
