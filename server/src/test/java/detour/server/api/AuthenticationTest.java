package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.server.access.Failures;
import detour.server.access.Role;
import detour.server.access.Secret;
import detour.server.access.Token;
import detour.server.access.TokenFile;
import detour.server.access.Tokens;
import detour.server.metrics.Counter;
import detour.server.publish.Command;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// Who may do what: the tokens `looker`, `operator` and `owner` have a role each.
class AuthenticationTest {
  private static final String OVERRIDE =
      "{\"target\":\"www.example.com/ams\",\"state\":\"down\",\"reason\":\"update\"}";

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private Tokens tokens;
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    TokenFile file = new TokenFile(folder.resolve("tokens"));
    for (String name : List.of("looker", "operator", "owner")) {
      file.add(new Token(name, role(name), Secret.hash(name), Instant.EPOCH, null));
    }
    file.add(
        new Token("former", Role.CONFIGURE, Secret.hash("former"), Instant.EPOCH, Instant.EPOCH));
    tokens = new Tokens(file, InstantSource.system());
    server = serving(tokens, null);
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @ParameterizedTest
  @CsvSource({
    "looker,   200, 403, 403",
    "operator, 200, 200, 403",
    "owner,    200, 200, 200",
    "former,   401, 401, 401",
    "nobody,   401, 401, 401",
    ",         401, 401, 401",
  })
  void shouldLetEachTokenDoWhatItsRoleAllows(
      @Nullable String token, int looking, int operating, int configuring) throws Exception {
    assertThat(get("/api/v1/status", token).statusCode()).isEqualTo(looking);
    assertThat(get("/metrics", token).statusCode()).isEqualTo(looking);
    assertThat(post("/api/v1/overrides", OVERRIDE, token).statusCode()).isEqualTo(operating);
    assertThat(post("/api/v1/reload", "", token).statusCode()).isEqualTo(configuring);
  }

  @ParameterizedTest
  @CsvSource({"READ, 200, 401, 401", "OPERATE, 200, 200, 401", "CONFIGURE, 200, 200, 200"})
  void shouldLetThisMachineDoWithoutATokenWhatIsConfigured(
      Role withoutToken, int looking, int operating, int configuring) throws Exception {
    restart(tokens, withoutToken);

    assertThat(get("/api/v1/status", null).statusCode()).isEqualTo(looking);
    assertThat(post("/api/v1/overrides", OVERRIDE, null).statusCode()).isEqualTo(operating);
    assertThat(post("/api/v1/reload", "", null).statusCode()).isEqualTo(configuring);
  }

  @Test
  void shouldRefuseAWrongTokenThoughNoneWouldDo() throws Exception {
    restart(tokens, Role.CONFIGURE);

    assertThat(get("/api/v1/status", "nobody").statusCode()).isEqualTo(401);
  }

  @Test
  void shouldSayThatThereAreNoTokens() throws Exception {
    restart(null, Role.READ);

    HttpResponse<String> response = get("/api/v1/status", "owner");

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(detail(response)).contains("listen.api.token_file");
  }

  @Test
  void shouldSayWhatIsMissingAndHowToGetIt() throws Exception {
    HttpResponse<String> without = post("/api/v1/overrides", OVERRIDE, null);
    assertThat(without.headers().firstValue("WWW-Authenticate"))
        .hasValue("Bearer realm=\"detour\"");
    assertThat(detail(without)).contains("detour token add NAME --role operate");

    HttpResponse<String> less = post("/api/v1/overrides", OVERRIDE, "looker");
    assertThat(less.headers().firstValue("WWW-Authenticate"))
        .hasValue("Bearer realm=\"detour\", error=\"insufficient_scope\", scope=\"operate\"");
    assertThat(detail(less))
        .isEqualTo("the token looker has the role read, and this needs operate");

    HttpResponse<String> wrong = get("/api/v1/status", "nobody");
    assertThat(wrong.headers().firstValue("WWW-Authenticate"))
        .hasValue("Bearer realm=\"detour\", error=\"invalid_token\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/healthz", "/readyz", "/api/v1/openapi.json"})
  void shouldShowWhatTellsNothingToEverybody(String path) throws Exception {
    assertThat(get(path, null).statusCode()).isEqualTo(200);
  }

  @Test
  void shouldHoldBackWhoGuessesAndNobodyElse() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(get("/api/v1/status", "guess-" + i).statusCode()).isEqualTo(401);
    }

    HttpResponse<String> held = get("/api/v1/status", "guess-10");

    assertThat(held.statusCode()).isEqualTo(429);
    assertThat(held.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
    assertThat(get("/api/v1/status", "looker").statusCode()).isEqualTo(200);
    assertThat(server.metrics.value(Counter.API_TOKENS_REFUSED)).isEqualTo(11);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic b3duZXI6", "owner", "Bearer", ""})
  void shouldRefuseWhatIsNoBearerToken(String header) throws Exception {
    HttpRequest request =
        request("/api/v1/status", null).header("Authorization", header).GET().build();

    assertThat(send(request).statusCode()).isEqualTo(401);
  }

  @Test
  void shouldKnowTheSchemeInAnyCase() throws Exception {
    HttpRequest request =
        request("/api/v1/status", null).header("Authorization", "bEARER  owner").GET().build();

    assertThat(send(request).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"alice, alice (operator@127.0.0.1)", ", operator@127.0.0.1"})
  void shouldRecordWhoseTokenItWasAndFromWhere(@Nullable String note, String author)
      throws Exception {
    HttpRequest.Builder request = request("/api/v1/overrides", "operator");
    if (note != null) {
      request.header("Detour-Author", note);
    }

    send(request.POST(HttpRequest.BodyPublishers.ofString(OVERRIDE)).build());

    assertThat(server.command()).extracting(Command::author).isEqualTo(author);
  }

  @Test
  void shouldEndAStreamOfEventsWhoseTokenIsRemoved() throws Exception {
    HttpResponse<Stream<String>> stream =
        http.send(
            request("/api/v1/events", "looker").GET().build(), HttpResponse.BodyHandlers.ofLines());
    assertThat(stream.statusCode()).isEqualTo(200);

    new TokenFile(folder.resolve("tokens")).remove("looker");
    await().until(() -> tokens.of("looker").isEmpty());
    server.events.happened(FakeServer.event(1, "selection", "not for looker"));

    assertThat(stream.body().toList()).noneMatch(line -> line.contains("not for looker"));
  }

  @Test
  void shouldNotTellWhatItHasToThoseWhoMayNotSeeIt() throws Exception {
    assertThat(get("/api/v1/services/www.example.com", null).body())
        .isEqualTo(get("/api/v1/services/www.example.com", null).body())
        .doesNotContain("ams");
    assertThat(get("/api/v1/services/none", null).statusCode()).isEqualTo(401);
  }

  private void restart(@Nullable Tokens known, @Nullable Role withoutToken) throws IOException {
    server.close();
    server = serving(known, withoutToken);
  }

  private static FakeServer serving(@Nullable Tokens known, @Nullable Role withoutToken)
      throws IOException {
    return new FakeServer(
        new ApiAccess(known, withoutToken, new Failures(System::nanoTime), 0), null);
  }

  private static Role role(String name) {
    return switch (name) {
      case "looker" -> Role.READ;
      case "operator" -> Role.OPERATE;
      default -> Role.CONFIGURE;
    };
  }

  private HttpResponse<String> get(String path, @Nullable String token) throws Exception {
    return send(request(path, token).GET().build());
  }

  private HttpResponse<String> post(String path, String body, @Nullable String token)
      throws Exception {
    return send(request(path, token).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  private HttpRequest.Builder request(String path, @Nullable String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json");
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static String detail(HttpResponse<String> response) {
    return JsonMapper.builder().build().readTree(response.body()).at("/detail").asString();
  }
}
