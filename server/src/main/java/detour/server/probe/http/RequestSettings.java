package detour.server.probe.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a check asks for.
///
/// @param method as it is sent, in capitals
/// @param path the request target, from the slash on
/// @param host the Host header as it is sent, and the name for TLS without its port; null for the
///   endpoint's own
/// @param headers further request headers
/// @param body what is sent with the request; empty for nothing
public record RequestSettings(
    String method, String path, @Nullable String host, Map<String, String> headers, String body) {

  public RequestSettings {
    // Sorted, because the text of equal settings must be equal, across restarts too.
    headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
  }

  /// Equal for equal settings. It is written to logs and to disk, so the values of headers and the
  /// body, which may be secrets, appear as digests.
  @Override
  public String toString() {
    String shown =
        headers.entrySet().stream()
            .map(header -> header.getKey() + "=" + digest(header.getValue()))
            .collect(Collectors.joining(", ", "{", "}"));
    return "RequestSettings[method=%s, path=%s, host=%s, headers=%s, body=%s]"
        .formatted(method, path, host, shown, body.isEmpty() ? "" : digest(body));
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "sha256:" + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
