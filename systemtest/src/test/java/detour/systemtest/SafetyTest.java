package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.ScriptedBackend.Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/// What keeps operators from doing harm by accident, and a half-dead primary from doing it by
/// itself.
class SafetyTest {
  private static final String PRIMARY = WWW + "/primary";
  private static final String P1 = WWW + "/primary/p1";
  private static final String BOTH_SITES =
      """
      safety:
        rules:
          - { name: both-sites, of: [www.example.com/primary/p1, www.example.com/standby/s1], at_least: 2 }
      """;

  @RegisterExtension final Stage stage = Stage.forEachTest();

  private ScriptedBackend primary = stage.backend(1);

  @BeforeEach
  void startStandby() {
    stage.backend(2);
  }

  @Test
  void shouldRefuseADrillByTheRulesNameUnlessForcedAndRecordThat() {
    DetourServer server = healthy(twoPools(stage) + BOTH_SITES);

    Command.Output refused =
        server.cli("drill", P1, "--for", "10m", "--reason", "can we do without");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("both-sites", "--force");
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));

    server
        .cliAs("alice", "drill", P1, "--for", "10m", "--reason", "can we do without", "--force")
        .requireSuccess();
    server.awaitAnswer(WWW, stage.address(2));
    JsonNode drill = event(server, "drill", "DOWN");
    assertThat(drill.path("reason").asString())
        .contains("can we do without", "forced past the safety rule both-sites");
    assertThat(drill.path("author").asString()).startsWith("alice");
    assertThat(layer(server).path("forced_past").path(0).asString()).isEqualTo("both-sites");

    server.cli("end", P1).requireSuccess();
    server.awaitAnswer(WWW, stage.address(1));
  }

  @Test
  void shouldRevertADrillByItselfThoughTheServerWasKilledMeanwhile() {
    DetourServer server = healthy(twoPools(stage));
    server.cli("drill", P1, "--for", "20s", "--reason", "kill it").requireSuccess();
    server.awaitAnswer(WWW, stage.address(2));
    Instant expires = Instant.parse(layer(server).path("expires").asString());

    server.kill();
    server.start();
    assertThat(server.dns().addresses(WWW))
        .as("the drill goes on")
        .containsExactly(stage.address(2));
    assertThat(layer(server).path("purpose").asString()).isEqualTo("drill");

    server.awaitAnswer(WWW, stage.address(1));
    assertThat(Instant.parse(event(server, "drill", "ended").path("at").asString()))
        .isAfterOrEqualTo(expires);
    assertThat(server.cli("drills", WWW).requireSuccess().out())
        .contains(P1, "kill it", "the service moved from primary to standby after")
        .contains("after the end of the drill it was at primary");
  }

  @Test
  void shouldEndADrillWhoseTimeWasOverWhileTheServerWasDead() {
    DetourServer server = healthy(twoPools(stage));
    server.cli("drill", P1, "--for", "4s", "--reason", "kill it").requireSuccess();
    String until = event(server, "drill", "DOWN").path("to").asString();
    Instant expires = Instant.parse(until.substring(until.lastIndexOf(' ') + 1));

    server.kill();
    await("the end of the drill").until(() -> Instant.now().isAfter(expires));
    server.start();

    server.awaitAnswer(WWW, stage.address(1));
    assertThat(server.json("/api/v1/overrides").path("targets")).isEmpty();
    assertThat(server.cli("drills", WWW).requireSuccess().out()).contains("it lasted");
  }

  @Test
  void shouldBeginAndEndAMaintenanceByItself() {
    DetourServer server = healthy(twoPools(stage));
    Instant start = Instant.now().plusSeconds(6).truncatedTo(ChronoUnit.SECONDS);
    server
        .cli(
            "maintenance",
            PRIMARY,
            "--start",
            start.toString(),
            "--for",
            "4s",
            "--reason",
            "new switches")
        .requireSuccess();
    assertThat(layer(server).path("starts").asString()).isEqualTo(start.toString());

    server.awaitAnswer(WWW, stage.address(2));
    assertThat(Instant.now()).isAfterOrEqualTo(start);
    server.awaitAnswer(WWW, stage.address(1));
    assertThat(Instant.now()).isAfterOrEqualTo(start.plusSeconds(4));
    assertThat(event(server, "maintenance", "began").path("reason").asString())
        .isEqualTo("new switches");
    assertThat(event(server, "maintenance", "ended").path("reason").asString())
        .startsWith("it lasted");
  }

  @Test
  void shouldWaitForSomebodyElsesApproval() {
    DetourServer server = healthy(twoPools(stage, "second_approver: true"));
    Command.Output asked = server.cliAs("alice", "drain", PRIMARY, "--reason", "new kernel");
    assertThat(asked.requireSuccess().out()).contains("somebody else has to approve it");
    // Lines are broken where the terminal ends.
    assertThat(server.cli("status").requireSuccess().out())
        .containsIgnoringWhitespaces("waits for an approval: detour approve " + PRIMARY);
    assertThat(layer(server).path("awaited").asBoolean()).isTrue();

    Command.Output own = server.cliAs("alice", "approve", PRIMARY);
    assertThat(own.exitCode()).isEqualTo(1);
    assertThat(own.err()).contains("somebody else must approve it");
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));

    server.kill();
    server.start();
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));
    server.cliAs("bob", "approve", PRIMARY).requireSuccess();
    server.awaitAnswer(WWW, stage.address(2));
    assertThat(layer(server).path("author").asString()).startsWith("alice");
    assertThat(layer(server).path("approver").asString()).startsWith("bob");
  }

  @Test
  void shouldFailOverOnceTheFenceStands() throws IOException {
    Path asked = stage.directory().resolve("asked");
    Path granted = stage.directory().resolve("granted");
    DetourServer server =
        healthy(
            twoPools(
                stage,
                fence(
                    """
                    echo "$DETOUR_SERVICE $DETOUR_FROM $DETOUR_TO $DETOUR_DRILL" >> %s
                    test -e %s
                    """
                        .formatted(asked, granted),
                    "timeout: 30s, retry: 1s")));

    primary.behave(Behaviour.ERROR_500);
    server.awaitStatus(WWW, "FENCING");
    await("the fence to be tried again")
        .untilAsserted(() -> assertThat(asked).exists().content().hasLineCount(2));
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));

    Files.createFile(granted);
    server.awaitAnswer(WWW, stage.address(2));
    assertThat(Files.readAllLines(asked)).containsOnly("www.example.com primary standby 0");
    awaitFence(server, "raising", "failed", "stands");
  }

  @Test
  void shouldFailOverPastAFenceThatIsNotReadyInTimeWhereThePolicySaysSo() {
    DetourServer server =
        healthy(twoPools(stage, fence("exec sleep 600", "timeout: 500ms, on_timeout: proceed")));

    primary.behave(Behaviour.ERROR_500);
    server.awaitAnswer(WWW, stage.address(2));
    awaitFence(server, "timed out", "overruled");
  }

  @Test
  void shouldStayBehindAFenceThatIsNotReadyInTimeWhereThePolicySaysSo() {
    DetourServer server =
        healthy(
            twoPools(
                stage, fence("exec sleep 600", "timeout: 500ms, on_timeout: hold, retry: 1s")));

    primary.behave(Behaviour.ERROR_500);
    await("the fence to have been tried twice")
        .until(() ->
            events(server, "fence").stream()
                    .filter(e -> e.path("to").asString().equals("timed out"))
                    .count()
                >= 2);
    assertThat(server.selection(WWW).path("status").asString()).isEqualTo("FENCING");
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));

    primary.behave(Behaviour.OK);
    server.awaitStatus(WWW, "SERVING");
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));
  }

  /// The option of a service whose fence is this shell script.
  private String fence(String script, String options) {
    Path file = stage.file("fence.sh", script);
    return "fence: { command: [/bin/sh, \"%s\"], %s }".formatted(file, options);
  }

  /// The uppermost of what is said of the one target of which something is said.
  private static JsonNode layer(DetourServer server) {
    JsonNode targets = server.json("/api/v1/overrides").path("targets");
    assertThat(targets).hasSize(1);
    return targets.path(0).path("layers").path(0);
  }

  /// What is answered may be seen before the history tells of it.
  private static void awaitFence(DetourServer server, String... said) {
    await("the history of the fence")
        .untilAsserted(() ->
            assertThat(events(server, "fence").stream().map(e -> e.path("to").asString()))
                .contains(said));
  }

  /// The latest event of this kind that says this of its subject, or begins to; waits for it.
  private static JsonNode event(DetourServer server, String kind, String to) {
    return await("a " + kind + " that is " + to)
        .until(
            () ->
                events(server, kind).stream()
                    .filter(event -> event.path("to").asString().startsWith(to))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private static List<JsonNode> events(DetourServer server, String kind) {
    return DetourNode.elements(server.json("/api/v1/history?service=" + WWW).path("events"))
        .filter(event -> event.path("kind").asString().equals(kind))
        .toList();
  }

  private static ConditionFactory await(String what) {
    return Awaitility.await(what).atMost(DetourServer.PATIENCE).pollInterval(Duration.ofMillis(50));
  }

  private DetourServer healthy(String configuration) {
    DetourServer server = stage.server(configuration);
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    server.awaitVerdict(WWW, "standby", "s1", "UP");
    server.awaitAnswer(WWW, stage.address(1));
    return server;
  }
}
