package detour.server.probe.http;

import detour.failover.model.CheckSettings;
import detour.server.probe.tls.TlsSettings;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an `http` or `https` check asks for and expects.
///
/// @param bodyBytesMax how much of a body is read at most
/// @param redirectsMax how many redirects are followed before an answer is judged
/// @param tls null for plain HTTP
public record HttpSettings(
    int port,
    Version version,
    RequestSettings request,
    Expectation expected,
    int bodyBytesMax,
    int redirectsMax,
    @Nullable TlsSettings tls)
    implements CheckSettings {
  static final int BODY_BYTES_MAX_DEFAULT = 64 * 1024;

  /// HTTP/1.1 without redirects, where a status and a text in the body say it all.
  ///
  /// @param host null for the endpoint's own
  /// @param body text that the body must contain; null for any body
  public HttpSettings(
      int port,
      String path,
      @Nullable String host,
      String method,
      Map<String, String> headers,
      List<StatusRange> statuses,
      @Nullable String body,
      @Nullable TlsSettings tls) {
    this(
        port,
        Version.HTTP_1_1,
        new RequestSettings(method, path, host, headers, ""),
        Expectation.of(statuses, body),
        BODY_BYTES_MAX_DEFAULT,
        0,
        tls);
  }

  /// How HTTP is spoken.
  public enum Version {
    HTTP_1_1,
    HTTP_2;

    /// @throws IllegalArgumentException for any other text than `1.1` and `2`
    static Version of(String text) {
      return switch (text) {
        case "1.1" -> HTTP_1_1;
        case "2", "2.0" -> HTTP_2;
        default -> throw new IllegalArgumentException("1.1 or 2");
      };
    }
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

  @Override
  public String summary() {
    return ":" + port + " " + request.path();
  }
}
