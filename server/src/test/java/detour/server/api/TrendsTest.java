package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.verdict.Presence;
import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.EndpointState;
import detour.server.publish.PublishedState.PoolState;
import detour.server.publish.PublishedState.Seen;
import detour.server.publish.PublishedState.ServiceState;
import detour.server.publish.PublishedState.VantageState;
import detour.server.publish.PublishedState.VantagesState;
import detour.server.publish.PublishedState.VoteState;
import detour.server.trend.OtherSights.Told;
import detour.server.trend.Sight;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Of each vantage what its probes found, or why that is not known.
class TrendsTest extends ServedApi {
  private static final Instant AT = FakeServer.AT;

  @Test
  void shouldTellOfItselfAloneOnANodeOnItsOwn() throws Exception {
    JsonNode json = trends();

    assertThat(json.at("/node").asString()).isEqualTo("ams1");
    assertThat(json.at("/trouble").isNull()).isTrue();
    assertThat(json.at("/vantages").size()).isEqualTo(1);
    JsonNode own = json.at("/vantages/0");
    assertThat(own.at("/name").asString()).isEqualTo("ams1");
    assertThat(own.at("/own").asBoolean()).isTrue();
    assertThat(own.at("/why").asString()).isEmpty();
    assertThat(own.at("/lines/0/begin").size()).isZero();
    assertThat(own.at("/lines/0/last_probes/0/detail").asString()).isEqualTo("200 OK");
  }

  @Test
  void shouldNotAskTheOthersOfAServiceThatThereIsNot() throws Exception {
    assertThat(get("/api/v1/services/other/trends").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldTellWhatEachVantageToldAndSinceWhen() throws Exception {
    server.state = clustered(vote("fra1", Presence.PRESENT));
    server.told = new Told(null, Map.of("fra1", sight("", 3)));

    JsonNode json = trends();

    assertThat(json.at("/vantages").size()).isEqualTo(3);
    assertThat(json.at("/vantages/0/own").asBoolean()).isTrue();
    JsonNode fra = json.at("/vantages/1");
    assertThat(fra.at("/region").asString()).isEqualTo("eu");
    assertThat(fra.at("/age_seconds").asDouble()).isEqualTo(12);
    assertThat(fra.at("/left_out").asInt()).isEqualTo(3);
    assertThat(fra.at("/lines/0/begin/0").asLong()).isEqualTo(1_000);
    assertThat(fra.at("/lines/0/mean_milliseconds/0").asDouble()).isEqualTo(10.123);
    assertThat(fra.at("/lines/0/last_probes/0/passed").asBoolean()).isFalse();
    assertThat(why(json, 2)).isEqualTo("it is absent: its lease ran out");
    assertThat(json.at("/vantages/2/at").isNull()).isTrue();
  }

  @Test
  void shouldSayWhyAVantageToldNothing() throws Exception {
    server.state = clustered(vote("fra1", Presence.PRESENT));
    assertThat(why(trends(), 1)).isEqualTo("it was asked, and has told nothing yet");

    server.state = clustered(vote("fra1", Presence.SPARED));
    assertThat(why(trends(), 1)).isEqualTo("other vantages probe this service");

    server.state = clustered(vote("fra1", Presence.NOT_ASKED));
    assertThat(why(trends(), 1)).isEqualTo("the checks of this service name other vantages");

    server.told = new Told(null, Map.of("fra1", new Sight(AT, "it has no such", 0, List.of())));
    assertThat(why(trends(), 1)).isEqualTo("it has no such");
  }

  @Test
  void shouldSayWhyTheOthersAreNotAsked() throws Exception {
    server.state = clustered(vote("fra1", Presence.PRESENT));
    server.told = new Told("too many look", Map.of());

    JsonNode json = trends();

    assertThat(json.at("/trouble").asString()).isEqualTo("too many look");
    assertThat(why(json, 1)).isEqualTo("nothing is told by it");
    assertThat(json.at("/vantages/0/lines").size()).isEqualTo(1);
  }

  @Test
  void shouldNotTellOfNewsFromTheFuture() throws Exception {
    server.state = clustered(vote("fra1", Presence.PRESENT));
    Sight ahead = new Sight(AT.plusSeconds(9), "", 0, sight("", 0).lines());
    server.told = new Told(null, Map.of("fra1", ahead));

    assertThat(trends().at("/vantages/1/age_seconds").asDouble()).isZero();
  }

  private static Sight sight(String note, int leftOut) {
    return new Sight(
        AT.minusSeconds(12),
        note,
        leftOut,
        List.of(
            new Sight.Line(
                "ams",
                "web1",
                "web",
                40,
                List.of(new Sight.Step(1_000, 3, 0, 1, 10.1234, 15)),
                List.of(new Seen(AT.minusSeconds(13), false, false, "refused", 0.4)))));
  }

  private static VoteState vote(String vantage, Presence presence) {
    return new VoteState(vantage, "eu", presence, Health.UP, "");
  }

  /// Of three vantages: this one, one that is present and one that is absent.
  private static PublishedState clustered(VoteState vote) {
    PublishedState alone = FakeServer.state("SERVING");
    ServiceState service = alone.services().getFirst();
    EndpointState endpoint = service.pools().getFirst().endpoints().getFirst();
    EndpointState voted =
        new EndpointState(
            endpoint.name(),
            endpoint.destination(),
            endpoint.weight(),
            endpoint.healthy(),
            endpoint.healthReason(),
            endpoint.answered(),
            endpoint.verdict(),
            endpoint.frozen(),
            endpoint.since(),
            endpoint.override(),
            endpoint.warning(),
            List.of(vote),
            endpoint.opinions(),
            endpoint.resolved(),
            endpoint.lastHandedOut(),
            endpoint.heldUntil(),
            endpoint.handedOutTimes());
    return new PublishedState(
        alone.node(),
        alone.version(),
        alone.startedAt(),
        alone.at(),
        alone.epoch(),
        alone.configuration(),
        List.of(
            new ServiceState(
                service.name(),
                service.owner(),
                service.types(),
                service.zone(),
                service.failback(),
                service.whenAllDown(),
                service.tracks(),
                List.of(new PoolState("ams", true, "1 of 1 healthy", AT, List.of(voted))),
                service.answers(),
                service.handedOut(),
                service.version())),
        alone.alarms(),
        alone.guard(),
        new VantagesState(
            true,
            AT,
            false,
            List.of(
                new VantageState("ams1", "eu", true, Presence.PRESENT, "", 0),
                new VantageState("fra1", "eu", false, Presence.PRESENT, "", 1),
                new VantageState("nyc1", "us", false, Presence.ABSENT, "its lease ran out", 1))),
        alone.overrides());
  }

  private static String why(JsonNode json, int vantage) {
    return json.path("vantages").path(vantage).path("why").asString();
  }

  private JsonNode trends() throws Exception {
    HttpResponse<String> response = get("/api/v1/services/WWW.example.com./trends");
    assertThat(response.statusCode()).isEqualTo(200);
    return json(response);
  }
}
