package detour.server.probe.http;

import detour.failover.model.CheckSettings;
import detour.server.probe.tls.TlsSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an `http` or `https` check asks for and expects.
///
/// @param path the request target, from the slash on
/// @param host the Host header as it is sent, and the name for TLS without its port; null for the
///   endpoint's own
/// @param headers further request headers
/// @param statuses what the status may be; never empty
/// @param body text that the body must contain; null for any body
/// @param tls null for plain HTTP
public record HttpSettings(
    int port,
    String path,
    @Nullable String host,
    String method,
    Map<String, String> headers,
    List<StatusRange> statuses,
    @Nullable String body,
    @Nullable TlsSettings tls)
    implements CheckSettings {

  public HttpSettings {
    // Sorted, because the text of equal settings must be equal, across restarts too.
    SortedMap<String, String> sorted = new TreeMap<>(headers);
    headers = Collections.unmodifiableSortedMap(sorted);
    statuses = List.copyOf(statuses);
  }

  /// Statuses that are accepted: one, or a class of them.
  public record StatusRange(int first, int last) {
    public static final StatusRange OK = new StatusRange(200, 200);

    boolean accepts(int status) {
      return status >= first && status <= last;
    }

    /// @throws IllegalArgumentException for what is neither a status nor a class
    public static StatusRange of(String text) {
      if (text.matches("[1-5]xx")) {
        int first = (text.charAt(0) - '0') * 100;
        return new StatusRange(first, first + 99);
      }
      if (text.matches("[1-5][0-9][0-9]")) {
        int status = Integer.parseInt(text);
        return new StatusRange(status, status);
      }
      throw new IllegalArgumentException("a status as 200, or a class as 2xx");
    }

    @Override
    public String toString() {
      return first == last ? Integer.toString(first) : first / 100 + "xx";
    }
  }

  boolean accepts(int status) {
    return statuses.stream().anyMatch(range -> range.accepts(status));
  }

  /// As `200` or `200, 204 or 3xx`.
  String expectedStatuses() {
    String text = statuses.stream().map(StatusRange::toString).collect(Collectors.joining(", "));
    int last = text.lastIndexOf(", ");
    return last < 0 ? text : text.substring(0, last) + " or " + text.substring(last + 2);
  }

  @Override
  public String summary() {
    return ":" + port + " " + path;
  }

  /// Equal for equal settings. It is written to logs and to disk, so the values of headers, which
  /// may be secrets, appear as digests.
  @Override
  public String toString() {
    String shown =
        headers.entrySet().stream()
            .map(header -> header.getKey() + "=sha256:" + digest(header.getValue()))
            .collect(Collectors.joining(", ", "{", "}"));
    return "HttpSettings[port=%d, path=%s, host=%s, method=%s, headers=%s, statuses=%s, body=%s, tls=%s]"
        .formatted(port, path, host, method, shown, statuses, body, tls);
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
