package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.ScriptedBackend.Behaviour;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import tools.jackson.databind.JsonNode;

/// What an operator says beats what the checks saw, and outlives the process that heard it.
class OperatorTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  private ScriptedBackend primary = stage.backend(1);

  @BeforeEach
  void startStandby() {
    stage.backend(2);
  }

  @Test
  void shouldWaitForAnOperatorWhereFailbackIsManual() {
    DetourServer server = healthy(twoPools(stage, "failback: manual"));
    primary.behave(Behaviour.ERROR_500);
    server.awaitAnswer(WWW, stage.address(2));

    primary.behave(Behaviour.OK);
    server.awaitStatus(WWW, "READY");
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(2));

    server.cli("failback", WWW).requireSuccess();
    server.awaitAnswer(WWW, stage.address(1));
    server.awaitStatus(WWW, "SERVING");
  }

  @Test
  void shouldRefuseAFailbackThatNothingWaitsFor() {
    DetourServer server = healthy(twoPools(stage, "failback: manual"));

    assertThat(server.cli("failback", WWW).exitCode()).isEqualTo(1);
    assertThat(server.cli("failback", "unknown.example.com").exitCode()).isEqualTo(1);
  }

  @Test
  void shouldDrainAnEndpointAndSayWhenItIsSafeToSwitchItOff() {
    DetourServer server = healthy(twoPools(stage));
    Instant asked = Instant.now();
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));

    server.cli("drain", WWW + "/primary/p1", "--reason", "new kernel").requireSuccess();
    server.awaitAnswer(WWW, stage.address(2));

    Awaitility.await("the time until which p1 is held")
        .atMost(DetourServer.PATIENCE)
        .untilAsserted(() -> {
          JsonNode drained = drained(server);
          assertThat(drained.path("override").path("state").asString()).isEqualTo("drain");
          assertThat(drained.path("override").path("reason").asString()).isEqualTo("new kernel");
          assertThat(drained.path("answered").asBoolean()).isFalse();
          // The TTL is 5 s, so whoever asked above may keep the address at least so long.
          assertThat(Instant.parse(drained.path("held_until").asString()))
              .isBetween(asked.plusSeconds(4), Instant.now().plusSeconds(6));
        });
  }

  private static JsonNode drained(DetourServer server) {
    JsonNode status = DetourServer.json(server.cli("status", "--json"));
    JsonNode service = DetourServer.named(status.path("services"), WWW);
    JsonNode pool = DetourServer.named(service.path("pools"), "primary");
    return DetourServer.named(pool.path("endpoints"), "p1");
  }

  @Test
  void shouldObeyUpAndDownAndClear() {
    DetourServer server = healthy(twoPools(stage));

    server.cli("down", WWW + "/primary", "--reason", "test").requireSuccess();
    server.awaitAnswer(WWW, stage.address(2));

    server.cli("clear", WWW + "/primary").requireSuccess();
    server.awaitAnswer(WWW, stage.address(1));

    server.cli("up", WWW + "/primary/p1", "--reason", "the check lies").requireSuccess();
    primary.behave(Behaviour.ERROR_500);
    server.awaitVerdict(WWW, "primary", "p1", "DOWN");
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));

    server.cli("clear", WWW + "/primary/p1").requireSuccess();
    server.awaitAnswer(WWW, stage.address(2));
  }

  @Test
  void shouldForgetAnOverrideWhenItsTimeIsOver() {
    DetourServer server = healthy(twoPools(stage));

    server.cli("down", WWW + "/primary", "--reason", "short", "--for", "3s").requireSuccess();
    server.awaitAnswer(WWW, stage.address(2));

    server.awaitAnswer(WWW, stage.address(1));
    assertThat(server.endpoint(WWW, "primary", "p1").path("override").isNull()).isTrue();
  }

  @Test
  void shouldKeepAnOverrideThroughKill() {
    DetourServer server = healthy(twoPools(stage));
    server.cli("down", WWW + "/primary/p1", "--reason", "outlive me").requireSuccess();

    server.kill();
    server.start();

    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(2));
    JsonNode override = server.endpoint(WWW, "primary", "p1").path("override");
    assertThat(override.path("state").asString()).isEqualTo("down");
    assertThat(override.path("reason").asString()).isEqualTo("outlive me");
  }

  @Test
  void shouldKeepTheLatchThroughKill() {
    DetourServer server = healthy(twoPools(stage, "failback: manual"));
    primary.behave(Behaviour.ERROR_500);
    server.awaitAnswer(WWW, stage.address(2));
    primary.behave(Behaviour.OK);
    server.awaitStatus(WWW, "READY");

    server.kill();
    server.start();

    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(2));
    server.awaitStatus(WWW, "READY");
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(2));
  }

  @Test
  void shouldKeepHistoryThroughKillWithItsAuthors() {
    DetourServer server = healthy(twoPools(stage));
    primary.behave(Behaviour.ERROR_500);
    server.awaitAnswer(WWW, stage.address(2));
    server.cli("drain", WWW + "/standby/s1", "--reason", "for the record").requireSuccess();

    server.kill();
    server.start();

    JsonNode events = DetourServer.json(server.cli("history", WWW, "--json")).path("events");
    assertThat(events.findValuesAsString("reason"))
        .anyMatch(text -> text.contains("for the record"));
    assertThat(events.findValuesAsString("kind")).contains("selection", "override");
  }

  @Test
  void shouldShortenTheTtlWhileAFailbackIsNear() {
    DetourServer server =
        healthy(
            twoPools(stage)
                .replace("ttl: 5s", "ttl: 60s")
                .replace("failback_after: 500ms", "failback_after: 20s"));
    long settled = ttl(server);
    primary.behave(Behaviour.ERROR_500);
    server.awaitAnswer(WWW, stage.address(2));

    primary.behave(Behaviour.OK);
    server.awaitStatus(WWW, "FAILING_BACK");

    assertThat(settled).isEqualTo(60);
    assertThat(ttl(server)).isBetween(5L, 20L);
  }

  private static long ttl(DetourServer server) {
    return server.dns().ask(WWW, Type.A).getSection(Section.ANSWER).getFirst().getTTL();
  }

  private DetourServer healthy(String configuration) {
    DetourServer server = stage.server(configuration);
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    server.awaitVerdict(WWW, "standby", "s1", "UP");
    server.awaitAnswer(WWW, stage.address(1));
    Awaitility.await("a settled selection")
        .atMost(Duration.ofSeconds(20))
        .until(() -> !server.selection(WWW).path("pending").asBoolean());
    return server;
  }
}
