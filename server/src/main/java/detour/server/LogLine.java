package detour.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// One event of the log as a line, with its end.
final class LogLine {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
  private static final Set<String> OWN_KEYS = Set.of("ts", "level", "logger", "msg", "error");

  private LogLine() {}

  /// As `12:00:00.123 WARN store cannot be written file=state.db`; a stack trace follows on lines
  /// of its own.
  static String text(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    CLOCK.formatTo(event.getInstant(), line);
    line.append(' ').append(padded(event.getLevel().toString(), 5));
    line.append(' ').append(padded(part(event.getLoggerName()), 9)).append(' ');
    appendPrintable(line, event.getFormattedMessage());
    for (KeyValuePair pair : pairs(event)) {
      line.append("  ").append(pair.key).append('=');
      appendPrintable(line, String.valueOf(pair.value));
    }
    line.append('\n');
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line.append(ThrowableProxyUtil.asString(thrown));
    }
    return line.toString();
  }

  /// As `{"ts":"2026-01-02T03:04:05.678Z","level":"INFO","logger":"...","msg":"...","key":1}`; keys
  /// that would hide one of these four or `error` get an underscore.
  static String json(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(240);
    Instant instant = Instant.ofEpochMilli(event.getTimeStamp());
    line.append("{\"ts\":\"").append(instant).append('"');
    appendField(line, "level", event.getLevel().toString());
    appendField(line, "logger", event.getLoggerName());
    appendField(line, "msg", event.getFormattedMessage());
    for (KeyValuePair pair : pairs(event)) {
      appendField(line, OWN_KEYS.contains(pair.key) ? pair.key + "_" : pair.key, pair.value);
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      appendField(line, "error", ThrowableProxyUtil.asString(thrown));
    }
    return line.append("}\n").toString();
  }

  private static List<KeyValuePair> pairs(ILoggingEvent event) {
    return Objects.requireNonNullElse(event.getKeyValuePairs(), List.of());
  }

  /// The package of ours that speaks, as `store`; of other loggers the class.
  private static String part(String logger) {
    int end = logger.lastIndexOf('.');
    if (!logger.startsWith("detour.") || end < 0) {
      return logger.substring(end + 1);
    }
    return logger.substring(logger.lastIndexOf('.', end - 1) + 1, end);
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  /// Without control characters: what came from the network must not move a terminal's cursor or
  /// look like a line of its own.
  private static void appendPrintable(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) ? '?' : c);
    }
  }

  private static void appendField(StringBuilder line, String key, @Nullable Object value) {
    line.append(',');
    appendString(line, key);
    line.append(':');
    switch (value) {
      case null -> line.append("null");
      case Integer _, Long _, Boolean _ -> line.append(value);
      case Double number when Double.isFinite(number) -> line.append(value);
      default -> appendString(line, value.toString());
    }
  }

  /// RFC 8259 section 7: quotation mark, reverse solidus and the control characters are escaped.
  private static void appendString(StringBuilder line, String text) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\t' -> line.append("\\t");
        default -> {
          if (Character.isISOControl(c)) {
            line.append(String.format("\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }
}
