package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OperatorOverride.Vetting;
import detour.failover.model.OverridePath;
import detour.server.publish.Announcements;
import detour.server.publish.PublishedState.SaidState;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class OverviewTest extends ServedApi {
  @Test
  void shouldTellEachServiceInALine() throws Exception {
    JsonNode json = json(get("/api/v1/overview", "Accept", "*/*"));

    assertThat(json.at("/total").asInt()).isEqualTo(1);
    JsonNode line = json.at("/services/0");
    assertThat(line.at("/name").asString()).isEqualTo("www.example.com");
    assertThat(line.at("/status").asString()).isEqualTo("SERVING");
    assertThat(line.at("/first_pool").asString()).isEqualTo("ams");
    assertThat(line.at("/endpoints").asInt()).isEqualTo(1);
    assertThat(line.at("/healthy").asInt()).isEqualTo(1);
    assertThat(line.at("/overridden").asInt()).isEqualTo(1);
    assertThat(line.at("/destinations/0").asString()).isEqualTo("192.0.2.10");
  }

  @Test
  void shouldTellWhatIsAnnouncedApartFromAlarms() throws Exception {
    SaidState ordered = said("www.example.com/fra", Vetting.NONE);
    SaidState asked =
        said("www.example.com/ams", new Vetting(FakeServer.AT.plusSeconds(60), null, List.of()));
    List<SaidState> said = List.of(asked, ordered);
    List<String> alarms = new ArrayList<>(Announcements.of(said, FakeServer.AT));
    assertThat(alarms).singleElement().asString().contains("waits for an approval");
    alarms.add("something is wrong");
    server.state = FakeServer.state("SERVING").withOverrides(said).withAlarms(alarms);

    JsonNode json = json(get("/api/v1/overview", "Accept", "*/*"));

    assertThat(json.at("/alarms").toString()).isEqualTo("[\"something is wrong\"]");
    assertThat(json.at("/announced").size()).isEqualTo(1);
    assertThat(json.at("/announced/0/target").asString()).isEqualTo("www.example.com/ams");
    assertThat(json(get("/api/v1/status", "Accept", "*/*")).at("/alarms").size()).isEqualTo(2);
  }

  private static SaidState said(String path, Vetting vetting) {
    return new SaidState(
        OverridePath.parse(path),
        new OperatorOverride(OperatorOverride.State.DOWN, "update", "ann", FakeServer.AT, null)
            .vetted(vetting));
  }

  @Test
  void shouldTellOnlyTheServicesThatAreNamed() throws Exception {
    assertThat(
            json(get("/api/v1/overview?names=WWW.example.com.,x", "Accept", "*/*"))
                .at("/services")
                .size())
        .isEqualTo(1);
    JsonNode none = json(get("/api/v1/overview?names=other.example.com", "Accept", "*/*"));
    assertThat(none.at("/services").size()).isZero();
    assertThat(none.at("/total").isNull()).isTrue();
  }

  @Test
  void shouldRefuseMoreNamesThanItTakes() throws Exception {
    String names = String.join(",", Collections.nCopies(201, "a"));

    HttpResponse<String> response = get("/api/v1/overview?names=" + names, "Accept", "*/*");

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/detail").asString()).contains("201", "at most 200");
  }

  @Test
  void shouldListTheRoutesToProgramsThatTakeAnything() throws Exception {
    HttpResponse<String> response = get("/", "Accept", "*/*");

    assertThat(response.body()).contains("/api/v1/overview");
    assertThat(response.headers().firstValue("Vary")).hasValue("Accept");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none.js", "..%2Findex.html", "%2e%2e", "index", "a.class"})
  void shouldServeOnlyTheFilesOfThePage(String file) throws Exception {
    assertThat(get("/assets/" + file, "Accept", "*/*").statusCode()).isBetween(400, 404);
  }
}
