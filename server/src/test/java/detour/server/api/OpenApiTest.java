package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import detour.server.config.GoldenFile;
import detour.server.publish.RunningConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The OpenAPI document against the routes, and the server's replies against the document.
class OpenApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String RESOURCE = "server/src/main/resources/detour/server/api/openapi.json";

  private FakeServer server;
  private String document;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    document =
        OpenApiDocument.json(
            server.routes(), GoldenFile.root().resolve("server/src/main/java/detour/server/api"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldEqualTheDocumentThatIsServedAndPublished() throws Exception {
    GoldenFile.check(RESOURCE, document);
    GoldenFile.check("docs/openapi.json", document);
  }

  @Test
  void shouldServeTheDocument() throws Exception {
    HttpResponse<String> response = send("GET", "/api/v1/openapi.json", "");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(response.body()).at("/openapi").asString()).startsWith("3.1.");
  }

  @Test
  void shouldNameEachRouteOnceAndNoOther() {
    List<String> routes =
        server.routes().stream().map(route -> route.method() + " " + route.path()).toList();
    Set<String> documented = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : tree().at("/paths").properties()) {
      for (String method : path.getValue().propertyNames()) {
        documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
      }
    }

    assertThat(routes).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(documented);
  }

  @Test
  void shouldNameEachOperationDifferently() {
    List<String> ids =
        tree().at("/paths").properties().stream()
            .flatMap(path -> path.getValue().properties().stream())
            .map(operation -> operation.getValue().at("/operationId").asString())
            .toList();

    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-z][a-z_]*"));
  }

  @TestFactory
  List<DynamicTest> shouldTakeEachMethodOfEachPathAndNoOther() {
    List<DynamicTest> tests = new ArrayList<>();
    Map<String, Set<String>> methods =
        server.routes().stream()
            .collect(
                Collectors.groupingBy(
                    Route::path, Collectors.mapping(Route::method, Collectors.toSet())));
    methods.forEach((path, taken) -> {
      for (String method : List.of("GET", "POST", "PUT", "DELETE", "PATCH")) {
        if (!taken.contains(method)) {
          tests.add(
              DynamicTest.dynamicTest(
                  method + " " + path,
                  () ->
                      assertThat(send(method, path.replaceAll("\\{\\w+}", "x"), "{}").statusCode())
                          .isEqualTo(405)));
        }
      }
    });
    return tests;
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/status, StatusReport",
    "/api/v1/cluster, ClusterReport",
    "/api/v1/services/www.example.com, ServiceReport",
    "/api/v1/overview, OverviewReport",
    "/api/v1/overview?names=none, OverviewReport",
    "/api/v1/services/www.example.com/trends, TrendReport",
    "/api/v1/explain?name=www.example.com, ExplanationReport",
    "/api/v1/explain?name=none.example.com, ExplanationReport",
    "/api/v1/history, HistoryReport",
    "/api/v1/history?limit=5, HistoryReport",
    "/api/v1/services/none, ProblemReport",
  })
  void shouldReplyAsTheDocumentSays(String path, String schema) throws Exception {
    server.show(FakeServer.cluster(RunningConfiguration.NONE));

    assertThat(errors(schema, send("GET", path, "").body())).isEmpty();
  }

  @Test
  void shouldReplyToAChangeAsTheDocumentSays() throws Exception {
    String override =
        "{\"target\":\"www.example.com/ams\",\"state\":\"down\",\"reason\":\"update\"}";

    assertThat(errors("ChangeReport", send("POST", "/api/v1/overrides", override).body()))
        .isEmpty();
    assertThat(errors("ChangeReport", send("POST", "/api/v1/reload", "").body())).isEmpty();
  }

  @Test
  void shouldSeeAReplyThatIsNotAsTheDocumentSays() throws Exception {
    ObjectNode reply = (ObjectNode) JSON.readTree(send("GET", "/api/v1/status", "").body());
    reply.remove("epoch");
    reply.put("started_at", 7);

    assertThat(errors("StatusReport", reply.toString())).hasSize(2);
  }

  @Test
  void shouldSayOfEachSchemaWhatItIs() {
    Stream<String> undescribed =
        tree().at("/components/schemas").properties().stream()
            .filter(schema -> schema.getValue().path("description").asString("").isEmpty())
            .map(Map.Entry::getKey);

    assertThat(undescribed).isEmpty();
  }

  @Test
  void shouldReferToWhatIsThere() {
    List<String> references = new ArrayList<>();
    for (JsonNode reference : tree().findValues("$ref")) {
      references.add(reference.asString());
    }

    assertThat(references)
        .isNotEmpty()
        .allSatisfy(reference -> assertThat(tree().at(reference.substring(1)).isObject()).isTrue());
  }

  private JsonNode tree() {
    return JSON.readTree(document);
  }

  /// Schemas of OpenAPI 3.1 are JSON Schema 2020-12, so the document serves as one.
  private List<Error> errors(String name, String reply) {
    ObjectNode root = (ObjectNode) tree();
    root.put("$ref", "#/components/schemas/" + name);
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(root.toString(), InputFormat.JSON);
    return schema.validate(JSON.readTree(reply));
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    // A connection for each: one that the server has just closed must not be taken for an open one.
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(server.url() + path))
              .header("Content-Type", "application/json")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
