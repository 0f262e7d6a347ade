package detour.server.cli;

import detour.server.api.ProblemReport;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// A running server's API, as the commands call it. Every failure is a [CommandFailed] that says
/// what to do.
final class ServerClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
  // A change waits for the disk; the server itself gives up after 10 s and says so.
  private static final Duration CHANGE_TIMEOUT = Duration.ofSeconds(15);

  private static final Duration LONG_CHANGE_TIMEOUT = Duration.ofSeconds(60);

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int MOST_WAITS = 10;
  private static final long LONGEST_WAIT_SECONDS = 2;

  static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final String server;
  private final String author;
  private final @Nullable String token;
  private final HttpClient http;

  /// @param server `http://host:port`, with or without a final slash
  /// @param author who asks, for the history
  /// @param token to be shown; null for none
  /// @param tls whom to trust; null for those whom the Java runtime trusts
  /// @throws CommandFailed when the address is no HTTP URL
  ServerClient(String server, String author, @Nullable String token, @Nullable SSLContext tls) {
    this.server = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
    this.author = author;
    this.token = token;
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    this.http = (tls == null ? client : client.sslContext(tls)).build();
    if (!isHttp(server)) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "'" + server + "' is no address of a server: expected a URL as http://127.0.0.1:8053");
    }
  }

  /// @param body JSON as the server sent it
  /// @param serverTime what the server's clock says, to the second; null when it does not tell
  record Reply(String body, @Nullable Instant serverTime) {
    <T> T as(Class<T> type) {
      try {
        return JSON.readValue(body, type);
      } catch (JacksonException e) {
        throw new CommandFailed(
            ExitCode.NO,
            "the server's answer is not what this version of detour expects: "
                + e.getOriginalMessage());
      }
    }
  }

  /// @param parameters those with an empty value are left out
  Reply read(String path, Map<String, String> parameters) {
    return send(request(path, parameters).timeout(READ_TIMEOUT).GET().build());
  }

  /// @param body those with an empty value are left out
  Reply post(String path, Map<String, ?> body) {
    Map<String, Object> given = new TreeMap<>(body);
    given.values().removeIf(""::equals);
    return send(
        change(path, Map.of())
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(given)))
            .build());
  }

  /// A change that takes long: much is validated, and the cluster's store is written.
  ///
  /// @param body as JSON
  Reply postLong(String path, Object body) {
    return send(
        change(path, Map.of())
            .timeout(LONG_CHANGE_TIMEOUT)
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build());
  }

  /// As [#read], of what the server has to ask of the cluster's store.
  Reply readLong(String path, Map<String, String> parameters) {
    return send(request(path, parameters).timeout(LONG_CHANGE_TIMEOUT).GET().build());
  }

  Reply delete(String path, Map<String, String> parameters) {
    return send(change(path, parameters).DELETE().build());
  }

  private HttpRequest.Builder change(String path, Map<String, String> parameters) {
    return request(path, parameters)
        .timeout(CHANGE_TIMEOUT)
        .header("Content-Type", "application/json")
        .header("Detour-Author", author);
  }

  private HttpRequest.Builder request(String path, Map<String, String> parameters) {
    StringBuilder uri = new StringBuilder(server).append(path);
    char separator = '?';
    for (Map.Entry<String, String> parameter : new TreeMap<>(parameters).entrySet()) {
      if (!parameter.getValue().isEmpty()) {
        uri.append(separator).append(parameter.getKey()).append('=');
        uri.append(escaped(parameter.getValue()));
        separator = '&';
      }
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri.toString()));
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  /// A text as one segment of a path, or a value of a query.
  static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Reply send(HttpRequest request) {
    HttpResponse<String> response;
    try {
      response = patiently(request);
    } catch (HttpTimeoutException e) {
      throw unreachable("it does not answer in time");
    } catch (SSLException e) {
      throw unreachable(
          "TLS failed ("
              + e.getMessage()
              + "); --ca-file or DETOUR_CA_FILE names the certificates to trust");
    } catch (IOException e) {
      throw unreachable("no connection");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.NO, "interrupted");
    }
    if (response.statusCode() / 100 != 2) {
      throw refused(response);
    }
    return new Reply(response.body(), serverTime(response));
  }

  /// Slows down as the server asks, where it is a matter of a moment: what it refuses for coming
  /// too fast it has not looked at, so even a change may be sent again.
  private HttpResponse<String> patiently(HttpRequest request)
      throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    for (int i = 0; i < MOST_WAITS && response.statusCode() == TOO_MANY_REQUESTS; i++) {
      long seconds =
          response.headers().firstValueAsLong("Retry-After").orElse(LONGEST_WAIT_SECONDS + 1);
      if (seconds > LONGEST_WAIT_SECONDS) {
        return response;
      }
      Thread.sleep(Duration.ofSeconds(seconds));
      response = http.send(request, HttpResponse.BodyHandlers.ofString());
    }
    return response;
  }

  private CommandFailed unreachable(String why) {
    return new CommandFailed(
        ExitCode.UNREACHABLE,
        "cannot reach the server at "
            + server
            + ": "
            + why
            + ". Is it running? `detour run` starts it; --server or DETOUR_SERVER names another.");
  }

  private CommandFailed refused(HttpResponse<String> response) {
    try {
      ProblemReport problem = JSON.readValue(response.body(), ProblemReport.class);
      String field = problem.field() == null ? "" : problem.field() + ": ";
      return new CommandFailed(
          problem.status() == 400 ? ExitCode.USAGE : ExitCode.NO, field + problem.detail());
    } catch (JacksonException e) {
      return new CommandFailed(
          ExitCode.NO,
          server + " answered with status " + response.statusCode() + ": is it a detour server?");
    }
  }

  private static @Nullable Instant serverTime(HttpResponse<String> response) {
    String date = response.headers().firstValue("Date").orElse("");
    try {
      return date.isEmpty()
          ? null
          : DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static boolean isHttp(String text) {
    try {
      URI uri = URI.create(text);
      return uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
