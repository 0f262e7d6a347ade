package detour.server.probe.text;

import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Errors of connections in words for an operator.
public final class FailureText {
  /// What the operating system says, in lower case, and how a detail says it.
  private static final Map<String, String> WORDS =
      Map.of(
          "connection refused", "connection refused",
          "connection reset", "connection reset",
          "broken pipe", "connection reset",
          "no route to host", "no route to host",
          "host is unreachable", "host unreachable",
          "network is unreachable", "network unreachable",
          "permission denied", "permission denied by the local system",
          "operation not permitted", "not permitted by the local system",
          "connection timed out", "connection timed out");

  /// What the operating system says when this machine, and not the endpoint, is short of something.
  private static final List<String> OWN_LIMITS =
      List.of("too many open files", "no buffer space", "cannot allocate memory");

  private static final String NO_LOCAL_ADDRESS = "cannot assign requested address";

  private FailureText() {}

  /// Why a connection failed.
  public static String of(Throwable error) {
    String text = text(error);
    for (Map.Entry<String, String> words : WORDS.entrySet()) {
      if (text.contains(words.getKey())) {
        return words.getValue();
      }
    }
    if (text.contains(NO_LOCAL_ADDRESS)) {
      return "no local address to connect from";
    }
    if (innermost(error) instanceof NoRouteToHostException) {
      // Some say it by their type alone.
      return "no route to host";
    }
    if (error instanceof ClosedChannelException) {
      return "connection closed";
    }
    String message = innermost(error).getMessage();
    return message == null ? error.getClass().getSimpleName() : message;
  }

  /// What this machine is short of, or null when the error is not of its making.
  public static @Nullable String ownLimit(Throwable error) {
    String text = text(error);
    for (String limit : OWN_LIMITS) {
      if (text.contains(limit)) {
        return limit;
      }
    }
    // For IPv4 it means that every local port towards this endpoint is taken; for IPv6 most often
    // that this machine has no IPv6 address at all, which retrying would hide for ever.
    boolean ipv4 = !text.contains("[") && !text.contains("/0:") && !text.contains("::");
    if (text.contains(NO_LOCAL_ADDRESS) && ipv4) {
      return "no local port left";
    }
    return null;
  }

  /// Whether the system has no local address or port for what was to be opened.
  public static boolean isNoLocalAddress(Throwable error) {
    return text(error).contains(NO_LOCAL_ADDRESS);
  }

  /// As `2 s` or `250 ms`.
  public static String span(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    String seconds =
        millis % 1000 == 0
            ? Long.toString(millis / 1000)
            : String.format(Locale.ROOT, "%.3f", millis / 1000.0).replaceAll("0+$", "");
    return seconds + " s";
  }

  private static String text(Throwable error) {
    StringBuilder text = new StringBuilder();
    Throwable cause = error;
    for (int depth = 0; cause != null && depth < 8; depth++) {
      if (cause.getMessage() != null) {
        text.append(cause.getMessage()).append(' ');
      }
      cause = cause.getCause();
    }
    return text.toString().toLowerCase(Locale.ROOT);
  }

  public static Throwable innermost(Throwable error) {
    Throwable innermost = error;
    for (int depth = 0; innermost.getCause() != null && depth < 8; depth++) {
      innermost = innermost.getCause();
    }
    return innermost;
  }
}
