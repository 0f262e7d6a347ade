package detour.server;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;

/// Logging to standard error, set up in code so that no configuration file is searched for or read.
final class LogSetup {
  private static final int QUEUE_LINES = 8_192;
  private static final int FLUSH_MILLIS = 500;

  private LogSetup() {}

  /// For whom a line is written.
  enum Form {
    /// People at a terminal.
    TEXT,
    /// Programs: one flat JSON object a line.
    JSON
  }

  /// Replaces whatever logging was set up before.
  ///
  /// @param verbose DEBUG of the server's own classes too; otherwise INFO
  static void install(Form form, boolean verbose) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();

    LineEncoder encoder = new LineEncoder(form);
    encoder.setContext(context);
    encoder.start();

    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();

    // A standard error that nobody reads must not stop the thread that decides: what does not fit
    // is dropped, and the history
    // has it all the same.
    AsyncAppender queue = new AsyncAppender();
    queue.setContext(context);
    queue.setQueueSize(QUEUE_LINES);
    queue.setDiscardingThreshold(0);
    queue.setNeverBlock(true);
    queue.setMaxFlushTime(FLUSH_MILLIS);
    queue.addAppender(appender);
    queue.start();

    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(queue);
    context.getLogger("detour").setLevel(verbose ? Level.DEBUG : Level.INFO);
    // What these say at INFO is about themselves.
    context.getLogger("org.eclipse.jetty").setLevel(Level.WARN);
    context.getLogger("io.netty").setLevel(Level.WARN);
  }

  /// Writes what is waiting. Nothing is logged any more after this.
  static void close() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }

  private static final class LineEncoder extends EncoderBase<ILoggingEvent> {
    private final Form form;

    LineEncoder(Form form) {
      this.form = form;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
      String line =
          switch (form) {
            case TEXT -> LogLine.text(event);
            case JSON -> LogLine.json(event);
          };
      return line.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] headerBytes() {
      return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
      return new byte[0];
    }
  }
}
