package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.access.Failures;
import detour.server.access.Role;
import detour.server.access.Secret;
import detour.server.access.Token;
import detour.server.access.TokenFile;
import detour.server.access.Tokens;
import detour.server.publish.CommandRefused;
import detour.server.publish.RunningConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Each refusal that the OpenAPI document names, provoked.
class OpenApiRefusalsTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String OWNER = "owner";
  private static final String PUSH_TOKEN = "a-token-of-the-backup";
  private static final int LIMIT_BYTES = 64 << 10;
  private static final int CONFIGURATION_LIMIT_BYTES = 32 << 20;

  /// What each change needs to be one.
  private static final Map<String, String> BODIES =
      Map.of(
          "POST /api/v1/overrides",
          """
          {"target": "www.example.com/ams", "state": "down", "reason": "update"}\
          """,
          "POST /api/v1/overrides/approve",
          """
          {"target": "www.example.com/ams"}\
          """,
          "POST /api/v1/overrides/end",
          """
          {"target": "www.example.com/ams"}\
          """,
          "POST /api/v1/failback",
          """
          {"service": "www.example.com"}\
          """,
          "POST /api/v1/config",
          """
          {"name": "a.yaml", "document": "", "comment": "why"}\
          """,
          "POST /api/v1/config/rollback",
          """
          {"revision": "1", "comment": "why"}\
          """,
          "PUT /api/v1/push/{name}",
          """
          {"endpoint": "192.0.2.99"}\
          """);

  private static final Map<String, String> QUERIES =
      Map.of(
          "DELETE /api/v1/overrides", "?target=www.example.com/ams",
          "GET /api/v1/explain", "?name=www.example.com",
          "GET /api/v1/drills", "?service=none.example",
          "GET /api/v1/history", "?service=none.example");

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private FakeServer server;
  private FakeServer alone;
  private FakeServer slow;

  @BeforeEach
  void start() throws IOException {
    TokenFile file = new TokenFile(folder.resolve("tokens"));
    file.add(new Token(OWNER, Role.CONFIGURE, Secret.hash(OWNER), Instant.EPOCH, null));
    Tokens tokens = new Tokens(file, InstantSource.system());
    server = new FakeServer(new ApiAccess(tokens, null, new Failures(System::nanoTime), 0), null);
    server.show(FakeServer.cluster(RunningConfiguration.NONE));
    alone = FakeServer.alone(new ApiAccess(tokens, null, new Failures(System::nanoTime), 0));
    slow = new FakeServer(new ApiAccess(tokens, null, new Failures(System::nanoTime), 1), null);
  }

  @AfterEach
  void stop() {
    server.close();
    alone.close();
    slow.close();
    http.close();
  }

  @TestFactory
  List<DynamicTest> shouldRefuseAsTheDocumentSays() throws Exception {
    JsonNode document = JSON.readTree(get("/api/v1/openapi.json"));
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.at("/paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        String operation = method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
        for (Map.Entry<String, JsonNode> response :
            method.getValue().at("/responses").properties()) {
          if (response.getKey().matches("[45]\\d\\d")) {
            tests.add(
                DynamicTest.dynamicTest(
                    operation + " " + response.getKey(),
                    () -> provoke(operation, Integer.parseInt(response.getKey()))));
          }
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(80);
    return tests;
  }

  private void provoke(String operation, int status) throws Exception {
    if (status == 421) {
      assertThat(toAnotherName(operation)).startsWith("HTTP/1.1 421 ");
      return;
    }
    HttpResponse<String> response =
        switch (status) {
          case 400 -> send(server, operation, "?unknown=1", body(operation), token(operation));
          case 401 -> send(server, operation, query(operation), body(operation), null);
          case 403 -> send(server, operation, "", "", null, "Origin", "http://evil.example");
          case 413 -> send(server, operation, "", " ".repeat(tooLong(operation)), token(operation));
          case 415 -> send(server, operation, "", "a=b", null, "Content-Type", "text/plain");
          case 429 -> tooFast(operation);
          default -> ofItsOwn(operation, status);
        };

    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    if (!operation.equals("GET /readyz") || status != 503) {
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValue("application/problem+json");
      assertThat(JSON.readTree(response.body()).at("/status").asInt()).isEqualTo(status);
    }
  }

  /// What only some operations answer, each in its own state of the server.
  private HttpResponse<String> ofItsOwn(String operation, int status) throws Exception {
    String token = token(operation);
    String query = query(operation);
    String body = body(operation);
    try {
      return switch (status) {
        case 404 -> {
          boolean ofCluster = operation.contains("/config") || operation.contains("/cluster");
          yield send(ofCluster ? alone : server, operation, query, body, token);
        }
        case 409 -> {
          server.commandFailure = new CommandRefused("no");
          server.configurations.refusal = "no";
          yield send(server, operation, query, body, token);
        }
        case 412 -> send(server, operation, query, body, token, "If-Match", "\"another\"");
        default -> {
          server.state = null;
          server.notReady = "it starts";
          server.events.close();
          yield send(server, operation, query, body, token);
        }
      };
    } finally {
      server.commandFailure = null;
      server.configurations.refusal = null;
      server.state = FakeServer.state("SERVING");
      server.notReady = null;
    }
  }

  /// By its own pace, and where a token is needed by those that are none.
  private HttpResponse<String> tooFast(String operation) throws Exception {
    if (send(server, operation, query(operation), "", "wrong").statusCode() == 401) {
      assertThat(afterWrongTokens(operation).statusCode()).isEqualTo(429);
    }
    HttpResponse<String> response = send(slow, operation, query(operation), "", "wrong");
    for (int i = 0; i < 100 && response.statusCode() != 429; i++) {
      response = send(slow, operation, query(operation), "", "wrong");
    }
    return response;
  }

  private HttpResponse<String> afterWrongTokens(String operation) throws Exception {
    HttpResponse<String> response = send(server, operation, query(operation), "", "wrong");
    for (int i = 0; i < 10 && response.statusCode() == 401; i++) {
      response = send(server, operation, query(operation), "", "wrong");
    }
    assertThat(response.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
    return response;
  }

  private HttpResponse<String> send(
      FakeServer to,
      String operation,
      String query,
      String body,
      @Nullable String token,
      String... header)
      throws Exception {
    String[] words = operation.split(" ", -1);
    URI uri = URI.create(to.url() + path(words[1], token) + query);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(words[0], HttpRequest.BodyPublishers.ofString(body))
            .setHeader("Content-Type", "application/json");
    if (token != null) {
      request.setHeader("Authorization", "Bearer " + token);
    }
    if (header.length > 0) {
      request.setHeader(header[0], header[1]);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String toAnotherName(String operation) throws IOException {
    String[] words = operation.split(" ", -1);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket.setSoTimeout(10_000);
      String request =
          "%s %s HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
              .formatted(words[0], path(words[1], null));
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /// A push check that is there for whoever has its token.
  private static String path(String template, @Nullable String token) {
    return template
        .replace("{name}", PUSH_TOKEN.equals(token) ? "backup" : "none")
        .replace("{file}", "none.js");
  }

  private static String token(String operation) {
    return operation.contains("/push/") ? PUSH_TOKEN : OWNER;
  }

  private static String query(String operation) {
    return QUERIES.getOrDefault(operation, "");
  }

  private static String body(String operation) {
    return BODIES.getOrDefault(operation, "");
  }

  private static int tooLong(String operation) {
    return (operation.equals("POST /api/v1/config") ? CONFIGURATION_LIMIT_BYTES : LIMIT_BYTES) + 1;
  }

  private String get(String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(server.url() + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
