package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfiguringTest extends ServedApi {
  private HttpResponse<String> post(String path, String body) throws Exception {
    return send("POST", path, body, "Detour-Author", "alice");
  }

  @Test
  void shouldTakeAConfigurationThatIsLongerThanOtherBodies() throws Exception {
    String document = "# much\\n".repeat(50_000);

    HttpResponse<String> response =
        post(
            "/api/v1/config",
            """
            {"name": "site.yaml", "document": "%s", "files": {"a.zone": ""}, "comment": " why "}
            """
                .formatted(document));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.body()).contains("\"revision\":1", "\"changed\":true");
    assertThat(server.configurations.pushes)
        .containsExactly(
            new ConfigurationDesk.Push(
                new ConfigurationText(
                    "site.yaml", document.replace("\\n", "\n"), Map.of("a.zone", "")),
                "why",
                "alice (api@127.0.0.1)",
                0,
                false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense                                                             | no JSON
          []                                                                   | no JSON object
          {"nam": "a"}                                                         | unknown field
          {"document": "", "comment": "x"}                                     | "field":"name"
          {"name": "a.yaml", "comment": "x"}                                   | "field":"document"
          {"name": "a.yaml", "document": ""}                                   | "field":"comment"
          {"name": "../a.yaml", "document": "", "comment": "x"}                | "field":"name"
          {"name": "a.yaml", "document": "", "comment": "x\\ny"}               | "field":"comment"
          {"name": "a.yaml", "document": "", "comment": "x", "files": {"b":1}} | "field":"files"
          """)
  void shouldSayWhatIsWrongWithAPush(String body, String complaint) throws Exception {
    HttpResponse<String> response = post("/api/v1/config", body);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains(complaint);
    assertThat(server.configurations.pushes).isEmpty();
  }

  @Test
  void shouldTellOfRevisions() throws Exception {
    assertThat(get("/api/v1/config").statusCode()).isEqualTo(404);
    assertThat(get("/api/v1/config/history").body()).isEqualTo("{\"revisions\":[]}");
    post("/api/v1/config", "{\"name\":\"a.yaml\",\"document\":\"one\",\"comment\":\"first\"}");
    post("/api/v1/config", "{\"name\":\"a.yaml\",\"document\":\"two\",\"comment\":\"second\"}");

    assertThat(get("/api/v1/config").body()).contains("\"document\":\"two\"", "\"current\":true");
    assertThat(get("/api/v1/config?revision=1").body())
        .contains("\"document\":\"one\"", "\"current\":false");
    assertThat(get("/api/v1/config?revision=9").statusCode()).isEqualTo(404);
    assertThat(get("/api/v1/config?revision=no").statusCode()).isEqualTo(400);
    assertThat(get("/api/v1/config/history").body()).contains("\"configuration\":null");
  }

  @Test
  void shouldRollBackOrSayWhyNot() throws Exception {
    post("/api/v1/config", "{\"name\":\"a.yaml\",\"document\":\"one\",\"comment\":\"first\"}");

    assertThat(post("/api/v1/config/rollback", "{\"revision\":\"1\"}").statusCode()).isEqualTo(400);
    assertThat(post("/api/v1/config/rollback", "{\"revision\":\"1\",\"comment\":\"why\"}").body())
        .contains("\"revision\":2");
    assertThat(post("/api/v1/config/rollback", "{\"revision\":1,\"comment\":\"why\"}").body())
        .contains("\"revision\":3");
    assertThat(post("/api/v1/config/rollback", "{\"comment\":\"why\"}").statusCode())
        .isEqualTo(400);
    server.configurations.refusal = "alice was first";
    HttpResponse<String> refused =
        post("/api/v1/config/rollback", "{\"revision\":\"1\",\"comment\":\"why\"}");
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("alice was first");
  }
}
