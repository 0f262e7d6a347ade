package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The API behind TLS and tokens: who may do what, as programs and as commands.
class AccessTest {
  private static final String DRAIN =
      """
      {"target": "www.example.com/standby", "state": "drain", "reason": "new kernel"}\
      """;

  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static DetourServer server = STAGE.unstartedServer("");
  private static Certificates certificates = new Certificates(STAGE.directory());

  /// A file for each token, of its name.
  @BeforeAll
  static void start() {
    Certificates.Pair own = certificates.validForAddress("127.0.0.1");
    certificates.authority();
    server.secure(
        "{ tls: { cert_file: \"%s\", key_file: \"%s\" }, token_file: tokens, without_token: none }"
            .formatted(own.certificate(), own.key()),
        certificates.trusting());
    server.configure(twoPools(STAGE));
    addToken("looker", "read");
    addToken("operator", "operate");
    addToken("owner", "configure");
    STAGE.file("wrong", "detour_wrong");
    STAGE.backend(1);
    STAGE.backend(2);
    server.start();
    // Both endpoints: while their health is not known yet, what is decided changes by itself.
    Awaitility.await("both endpoints to be up")
        .atMost(DetourServer.PATIENCE)
        .until(() ->
            get("/api/v1/services/" + WWW, "looker").body().split("\"verdict\":\"UP\"", -1).length
                == 3);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "GET,    /healthz,          none,     200",
        "GET,    /api/v1/status,    none,     401",
        "GET,    /metrics,          none,     401",
        "GET,    /api/v1/status,    looker,   200",
        "GET,    /metrics,          looker,   200",
        "POST,   /api/v1/overrides, none,     401",
        "POST,   /api/v1/overrides, looker,   403",
        "POST,   /api/v1/overrides, operator, 200",
        "POST,   /api/v1/reload,    operator, 403",
        "POST,   /api/v1/reload,    owner,    200",
      })
  void shouldLetEachTokenDoWhatItsRoleAllows(
      String method, String path, @Nullable String token, int status) {
    String body = path.endsWith("overrides") ? DRAIN : "";

    HttpResponse<String> response = send(request(path, token), method, body);

    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
  }

  @Test
  void shouldHoldBackWrongTokensAndNeverAGoodOne() throws Exception {
    // Wrong tokens are counted by address: this one is this test's.
    try (HttpClient other =
        HttpClient.newBuilder()
            .sslContext(certificates.trusting())
            .localAddress(InetAddress.ofLiteral(STAGE.address(3)))
            .build()) {
      HttpRequest wrong = request("/api/v1/status", "wrong").build();
      for (int i = 0; i < 10; i++) {
        assertThat(other.send(wrong, HttpResponse.BodyHandlers.ofString()).statusCode())
            .isEqualTo(401);
      }
      HttpResponse<String> held = other.send(wrong, HttpResponse.BodyHandlers.ofString());
      HttpResponse<String> good =
          other.send(
              request("/api/v1/status", "looker").build(), HttpResponse.BodyHandlers.ofString());

      assertThat(held.statusCode()).isEqualTo(429);
      assertThat(held.headers().firstValue("Retry-After")).isPresent();
      assertThat(good.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldFollowTokensThatAreAddedAndRemovedWhileItRuns() {
    addToken("newcomer", "read");
    awaitCounting("newcomer", true);

    tokenCommand("remove", "newcomer").requireSuccess();
    awaitCounting("newcomer", false);
  }

  @Test
  void shouldTakeCommandsWithATokenAndRecordWhoseItWas() {
    Command.Output refused = cli("looker", "drain", WWW + "/standby/s1", "--reason", "curiosity");
    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(1);
    assertThat(refused.err()).contains("the token looker has the role read");

    cli("operator", "drain", WWW + "/standby/s1", "--reason", "new kernel").requireSuccess();
    Command.Output history = cli("looker", "history", WWW).requireSuccess();
    assertThat(history.out()).contains("new kernel", "(operator@127.0.0.1)");

    cli("operator", "clear", WWW + "/standby/s1").requireSuccess();
  }

  @Test
  void shouldNotTrustACertificateOfAnUnknownAuthority() {
    Command.Output output =
        server.cli("status", "--token-file", STAGE.directory().resolve("looker").toString());

    assertThat(output.exitCode()).as(output.all()).isEqualTo(3);
    assertThat(output.err()).containsIgnoringCase("certif");
  }

  @Test
  void shouldRefuseAChangeOfWhatIsDecidedOtherwiseByThen() {
    String seen =
        get("/api/v1/services/" + WWW, "operator").headers().firstValue("ETag").orElseThrow();
    String down = DRAIN.replace("standby", "standby/s1").replace("drain", "down");

    HttpResponse<String> first =
        post(request("/api/v1/overrides", "operator").header("If-Match", seen), down);
    HttpResponse<String> second =
        post(request("/api/v1/overrides", "operator").header("If-Match", seen), down);

    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    assertThat(second.statusCode()).as(second.body()).isEqualTo(412);
    cli("operator", "clear", WWW + "/standby/s1").requireSuccess();
  }

  @Test
  void shouldKeepForeignPagesOutWhereNoTokenIsNeeded() {
    DetourServer open = STAGE.server(twoPools(STAGE));
    HttpRequest.Builder form =
        HttpRequest.newBuilder(URI.create(open.url("/api/v1/overrides")))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("target=www.example.com/standby&state=down"));
    HttpRequest.Builder asText =
        HttpRequest.newBuilder(URI.create(open.url("/api/v1/overrides")))
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString(DRAIN));

    assertThat(open.send(asText.copy().header("Origin", "https://evil.example")).statusCode())
        .isEqualTo(403);
    assertThat(open.send(form.header("Origin", "null")).statusCode()).isEqualTo(403);
    assertThat(open.send(asText).statusCode()).isEqualTo(415);
    assertThat(open.get("/api/v1/history").body()).doesNotContain("new kernel");

    assertThat(open.post("/api/v1/overrides", "application/json", DRAIN).statusCode())
        .isEqualTo(200);
    assertThat(open.get("/api/v1/history").body()).contains("new kernel");
  }

  @Test
  void shouldNeverPrintASecret() throws IOException {
    assertThat(get("/api/v1/status", "looker").statusCode()).isEqualTo(200);

    assertThat(server.log()).doesNotContain(secret("looker"), secret("wrong"));
    assertThat(Files.readString(STAGE.directory().resolve("tokens")))
        .contains("looker")
        .doesNotContain(secret("looker"));
    assertThat(tokenCommand("list").requireSuccess().all()).doesNotContain(secret("looker"));
  }

  private static void addToken(String name, String role) {
    Command.Output added = tokenCommand("add", name, "--role", role).requireSuccess();
    STAGE.file(name, added.out());
  }

  private static Command.Output tokenCommand(String... arguments) {
    List<String> line = new ArrayList<>(List.of("token"));
    line.addAll(Arrays.asList(arguments));
    line.addAll(List.of("-c", server.configurationFile().toString()));
    return PackagedBuild.run(STAGE.directory(), line.toArray(String[]::new));
  }

  private static Command.Output cli(String token, String... arguments) {
    List<String> line = new ArrayList<>(Arrays.asList(arguments));
    Path directory = STAGE.directory();
    line.addAll(
        List.of(
            "--token-file", directory.resolve(token).toString(),
            "--ca-file", directory.resolve("ca.pem").toString()));
    return server.cli(line.toArray(String[]::new));
  }

  private static void awaitCounting(String token, boolean counting) {
    Awaitility.await(token)
        .atMost(DetourServer.PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> (get("/api/v1/status", token).statusCode() == 200) == counting);
  }

  private static HttpResponse<String> get(String path, String token) {
    return server.send(request(path, token).GET());
  }

  private static HttpResponse<String> post(HttpRequest.Builder request, String body) {
    return send(request, "POST", body);
  }

  private static HttpResponse<String> send(
      HttpRequest.Builder request, String method, String body) {
    return server.send(request.method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  private static HttpRequest.Builder request(String path, @Nullable String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url(path)))
            .header("Content-Type", "application/json");
    return token == null ? request : request.header("Authorization", "Bearer " + secret(token));
  }

  private static String secret(String token) {
    try {
      return Files.readString(STAGE.directory().resolve(token)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
