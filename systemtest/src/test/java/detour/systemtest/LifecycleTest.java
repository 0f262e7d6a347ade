package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How the process starts and ends, and what it does with files that it cannot trust.
class LifecycleTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  @Test
  void shouldEndWithZeroWithinTwoSecondsOfSigterm() {
    stage.backend(1);
    stage.backend(2);
    DetourServer server = stage.server(twoPools(stage));
    server.awaitVerdict(WWW, "primary", "p1", "UP");

    server.signal("TERM");

    assertThat(server.awaitExit(Duration.ofSeconds(2))).isZero();
  }

  @Test
  void shouldEndWithZeroOnInterrupt() {
    DetourServer server = stage.server(twoPools(stage));

    server.signal("INT");

    assertThat(server.awaitExit(Duration.ofSeconds(2))).isZero();
  }

  @Test
  void shouldRefuseASecondServerOnTheSameDataDirectory() throws IOException {
    DetourServer first = stage.server(twoPools(stage));
    DetourServer second = stage.unstartedServer(twoPools(stage));
    String configuration = Files.readString(second.configurationFile());
    Files.writeString(
        second.configurationFile(),
        configuration.replace(second.dataDirectory().toString(), first.dataDirectory().toString()));

    second.launch();

    assertThat(second.awaitExit(DetourServer.PATIENCE)).isNotZero();
    assertThat(second.log()).contains(first.dataDirectory().toString());
    first.awaitAnswer(WWW, stage.address(1));
  }

  @Test
  void shouldRefuseAPortThatIsTakenAndNameIt() throws IOException {
    DetourServer first = stage.server(twoPools(stage));
    DetourServer second = stage.unstartedServer(twoPools(stage));
    String configuration = Files.readString(second.configurationFile());
    Files.writeString(
        second.configurationFile(),
        configuration.replace(":" + second.dnsPort() + "\"", ":" + first.dnsPort() + "\""));

    second.launch();

    assertThat(second.awaitExit(DetourServer.PATIENCE)).isNotZero();
    assertThat(second.log()).contains(Integer.toString(first.dnsPort()));
  }

  @Test
  void shouldSetACorruptStateFileAsideAndServe() throws IOException {
    DetourServer server = stage.server(twoPools(stage));
    server.signal("TERM");
    server.awaitExit(DetourServer.PATIENCE);
    Path state = server.dataDirectory().resolve("state.db");
    assertThat(state).exists();
    byte[] garbage = "this is no database ".repeat(400).getBytes(StandardCharsets.US_ASCII);
    for (Path file : stateFiles(server)) {
      Files.write(file, garbage);
    }

    server.start();

    server.awaitAnswer(WWW, stage.address(1));
    assertThat(stateFiles(server))
        .as("the corrupt file is kept beside the new one")
        .anySatisfy(file -> assertThat(Files.readAllBytes(file)).isEqualTo(garbage));
    assertThat(server.log()).contains("state.db");
  }

  private static List<Path> stateFiles(DetourServer server) throws IOException {
    try (Stream<Path> files = Files.list(server.dataDirectory())) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().startsWith("state.db"))
          .toList();
    }
  }

  @Test
  void shouldTellHealthAndReadiness() {
    DetourServer server = stage.server(twoPools(stage));

    assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldSurviveKillAtManyMoments() {
    stage.backend(1);
    stage.backend(2);
    DetourServer server = stage.server(twoPools(stage));
    for (int round = 0; round < 4; round++) {
      String state = round % 2 == 0 ? "down" : "up";
      server
          .post(
              "/api/v1/overrides",
              "application/json",
              """
              {"target": "%s/primary/p1", "state": "%s", "reason": "round %d"}
              """
                  .formatted(WWW, state, round))
          .body();

      server.kill();
      server.start();

      assertThat(server.endpoint(WWW, "primary", "p1").path("override").path("reason").asString())
          .isEqualTo("round " + round);
    }
  }
}
