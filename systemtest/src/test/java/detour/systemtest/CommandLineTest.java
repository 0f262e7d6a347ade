package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Exit codes: 0 done, 1 the answer is no, 2 usage, 3 the server could not be reached.
class CommandLineTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static DetourServer server = STAGE.unstartedServer("");

  @BeforeAll
  static void start() {
    STAGE.backend(1);
    server.configure(twoPools(STAGE));
    server.start();
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    server.awaitVerdict(WWW, "standby", "s1", "DOWN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "status --json",
        "explain www.example.com",
        "explain www.example.com --client 192.0.2.7 --type AAAA",
        "history",
        "history www.example.com --json",
        "drain www.example.com/standby --reason test",
        "clear www.example.com/standby",
        "down www.example.com/standby/s1 --reason test --for 2h",
        "up www.example.com/standby/s1 --reason test",
        "clear www.example.com/standby/s1",
        "reload"
      })
  void shouldExitWithZeroWhenDone(String command) {
    Command.Output output = server.cli(command.split(" "));

    assertThat(output.exitCode()).as(output.all()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "failback www.example.com",
        "drain unknown.example.com/pool1 --reason test",
        "down www.example.com/unknown --reason test",
        "clear www.example.com/primary/unknown"
      })
  void shouldExitWithOneWhenTheAnswerIsNo(String command) {
    Command.Output output = server.cli(command.split(" "));

    assertThat(output.exitCode()).as(output.all()).isEqualTo(1);
    assertThat(output.err()).isNotBlank();
  }

  @Test
  void shouldExitWithOneWhenTheExplainedAnswerIsNo() {
    Command.Output output = server.cli("explain", "missing.example.com");

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.out()).contains("NXDOMAIN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "drain www.example.com --reason test",
        "drain www.example.com/primary",
        "drain --reason x",
        "status --nonsense",
        "down www.example.com --reason x --for soon",
        "explain"
      })
  void shouldExitWithTwoOnUsage(String command) {
    Command.Output output = server.cli(command.split(" "));

    assertThat(output.exitCode()).as(output.all()).isEqualTo(2);
    assertThat(output.err()).isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "explain www.example.com",
        "history",
        "drain www.example.com/primary --reason x",
        "failback www.example.com",
        "reload"
      })
  void shouldExitWithThreeWhenTheServerIsNotThere(String command) {
    String nobody = "http://127.0.0.1:" + Ports.free();

    Command.Output output =
        PackagedBuild.run(STAGE.directory(), (command + " --server " + nobody).split(" "));

    assertThat(output.exitCode()).as(output.all()).isEqualTo(3);
    assertThat(output.err()).contains(nobody);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1"})
  void shouldCheckAUrlOnceWithoutAServer(int host, int exitCode) {
    String url = "http://" + STAGE.address(host) + ":" + STAGE.port() + "/healthz";

    Command.Output output = PackagedBuild.run(STAGE.directory(), "check", url);

    assertThat(output.exitCode()).as(output.all()).isEqualTo(exitCode);
    assertThat(output.out()).contains(STAGE.address(host));
  }

  @Test
  void shouldPrintHelpAndVersion() {
    assertThat(PackagedBuild.run(STAGE.directory(), "--help").requireSuccess().out())
        .contains("run", "validate", "status", "explain", "drain", "failback", "history", "demo");
    assertThat(PackagedBuild.run(STAGE.directory(), "--version").requireSuccess().out())
        .containsPattern("\\d+\\.\\d+");
  }
}
