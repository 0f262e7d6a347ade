package detour.server.probe.local;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.Check;
import detour.server.probe.CheckRun;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.Probing;
import detour.server.probe.local.CommandSettings.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandCheckTest {
  private static final String ADDRESS = "127.0.0.31";
  private static final CommandCheck KIND = new CommandCheck();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ZERO,   0, PASSED,   exit code 0: said so",
    "ZERO,   1, FAILED,   exit code 1: said so",
    "ZERO,   2, FAILED,   exit code 2: said so",
    "NAGIOS, 0, PASSED,   ok: said so",
    "NAGIOS, 1, DEGRADED, warning: said so",
    "NAGIOS, 2, FAILED,   critical: said so",
    "NAGIOS, 3, FAILED,   unknown: said so",
    "NAGIOS, 7, FAILED,   exit code 7: said so",
  })
  void shouldJudgeByTheExitCode(ExitCodes codes, int code, Outcome outcome, String detail)
      throws Exception {
    ProbeResult result = run(codes, null, "echo 'said so | time=1s'; exit " + code);

    assertThat(result.outcome()).isEqualTo(outcome);
    assertThat(result.detail()).isEqualTo(codes == ExitCodes.ZERO ? detail + " | time=1s" : detail);
  }

  @Test
  void shouldShowWhatWasComplainedAboutWhenNothingWasPrinted() throws Exception {
    assertThat(run("echo no such table >&2; exit 4").detail())
        .isEqualTo("exit code 4: no such table");
    assertThat(run("exit 4").detail()).isEqualTo("exit code 4");
  }

  @Test
  void shouldNameTheSignalThatEndedTheProgram() throws Exception {
    assertThat(run("kill -9 $$").detail()).isEqualTo("ended by signal 9");
  }

  @Test
  void shouldExpectAText() throws Exception {
    assertThat(run(ExitCodes.ZERO, "role: primary", "echo a; echo role: primary").passed())
        .isTrue();
    ProbeResult missing = run(ExitCodes.ZERO, "role: primary", "echo role: standby");
    assertThat(missing.passed()).isFalse();
    assertThat(missing.detail())
        .isEqualTo("'role: primary' was not printed; exit code 0: role: standby");
  }

  @Test
  void shouldReadAnAnswerInPiecesAndDropWhatIsTooMuch() throws Exception {
    ProbeResult pieces = run("printf 'half '; sleep 0.1; echo whole; sleep 0.1; echo more");
    assertThat(pieces.detail()).isEqualTo("exit code 0: half whole");

    ProbeResult flood = run("echo first; head -c 3000000 /dev/zero; head -c 300000 /dev/zero >&2");
    assertThat(flood.passed()).as(flood.detail()).isTrue();
    assertThat(flood.detail()).isEqualTo("exit code 0: first");
  }

  @Test
  void shouldGiveTheProgramItsArgumentsAsTheyAreAndNothingOfTheServers() throws Exception {
    CommandSettings settings =
        new CommandSettings(
            List.of(
                "/bin/sh",
                "-c",
                "echo \"$1/$2/$DETOUR_ADDRESS/$MINE/$HOME$USER/$(pwd)\"",
                "x",
                "{address}",
                "$(id); *"),
            Map.of("MINE", "own"),
            Path.of("/usr"),
            ExitCodes.ZERO,
            null);

    assertThat(run(settings, PATIENT).detail())
        .isEqualTo("exit code 0: " + ADDRESS + "/$(id); */" + ADDRESS + "/own///usr");
  }

  @Test
  void shouldInheritNoOpenFilesAndNoInput() throws Exception {
    // The directory that is listed is open itself, as 3.
    assertThat(run("ls /proc/self/fd | tr '\\n' ' '; cat").detail())
        .isEqualTo("exit code 0: 0 1 2 3");
  }

  @Test
  void shouldEndAProgramThatHangsAndWhatItStarted() throws Exception {
    Path pids = folder.resolve("pids");
    // Both refuse to end when asked.
    ProbeResult result =
        run(
            settings(
                ExitCodes.ZERO,
                null,
                "trap '' TERM; echo $$ >> "
                    + pids
                    + "; "
                    + "(trap '' TERM; sh -c 'echo $PPID' >> "
                    + pids
                    + "; while :; do sleep 1; done) & "
                    + "echo started; while :; do sleep 1; done"),
            Duration.ofSeconds(1));

    assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.detail()).isEqualTo("timed out after 1 s while waiting for sh to end");
    List<String> lines = Files.readAllLines(pids);
    assertThat(lines).hasSize(2);
    await().atMost(PATIENT).until(() -> lines.stream().noneMatch(CommandCheckTest::exists));
    await().atMost(PATIENT).until(() -> KIND.underway() == 0);
  }

  @Test
  void shouldNotWaitForWhatAProgramLeavesBehind() throws Exception {
    Path pid = folder.resolve("pid");
    ProbeResult result = run("sleep 600 & echo $! > " + pid + "; echo done");

    assertThat(result.detail()).isEqualTo("exit code 0: done");
    ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void shouldLeaveNoZombies() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(run("exit 0").passed()).isTrue();
    }
    run(settings(ExitCodes.ZERO, null, "sleep 600"), BRIEF);
    await().atMost(PATIENT).until(() -> KIND.underway() == 0);
    await().atMost(PATIENT).untilAsserted(() -> assertThat(zombies()).isZero());
  }

  @Test
  void shouldRunSoManyAtATimeAndMakeTheOthersWait() throws Exception {
    Path started = Files.createDirectory(folder.resolve("started"));
    Path go = folder.resolve("go");
    CommandSettings waits =
        settings(
            ExitCodes.ZERO,
            null,
            "touch " + started + "/$$; while [ ! -e " + go + " ]; do sleep 0.1; done");
    int probes = CommandCheck.COMMANDS_MAX + 3;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ProbeResult>> results = new ArrayList<>();
      for (int i = 0; i < CommandCheck.COMMANDS_MAX; i++) {
        results.add(threads.submit(() -> once(waits, Duration.ofSeconds(60))));
      }
      await().atMost(PATIENT).until(() -> count(started) == CommandCheck.COMMANDS_MAX);
      ProbeResult late = once(waits, BRIEF);
      assertThat(late.outcome()).isEqualTo(Outcome.NOT_STARTED);
      assertThat(late.detail()).contains("while waiting for one of 32 other commands to end");
      while (results.size() < probes) {
        results.add(threads.submit(() -> once(waits, Duration.ofSeconds(60))));
      }
      assertThat(KIND.underway()).isEqualTo(CommandCheck.COMMANDS_MAX);
      Files.createFile(go);
      for (Future<ProbeResult> result : results) {
        assertThat(result.get().passed()).as(result.get().detail()).isTrue();
      }
    }
    assertThat(count(started)).isEqualTo(probes);
    await().atMost(PATIENT).until(() -> KIND.underway() == 0);
  }

  @Test
  void shouldSayWhyAProgramCannotBeStarted() throws Exception {
    Path program = Files.writeString(folder.resolve("plain"), "#!/bin/sh\nexit 0\n");
    assertThat(run(of(program), PATIENT).detail())
        .isEqualTo("cannot start " + program + ": permission denied");
    Files.delete(program);
    assertThat(run(of(program), PATIENT).detail())
        .isEqualTo("cannot start " + program + ": no such file or directory");
    assertThat(KIND.underway()).isZero();
  }

  @Test
  void shouldRunAPluginInstalledAsAFile() throws Exception {
    Path plugin =
        Files.writeString(
            folder.resolve("check_it"), "#!/bin/sh\necho \"LOAD OK - $1|load=1\"\nexit 0\n");
    Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwx------"));
    CommandSettings settings =
        new CommandSettings(
            List.of(plugin.toString(), "{destination}"),
            Map.of(),
            Path.of("/"),
            ExitCodes.NAGIOS,
            null);
    assertThat(run(settings, PATIENT).detail()).isEqualTo("ok: LOAD OK - " + ADDRESS);
  }

  @Test
  void shouldShowNoSecretsInItsText() {
    CommandSettings settings =
        new CommandSettings(
            List.of("/bin/true", "--password=tiger"),
            Map.of("TOKEN", "lion"),
            Path.of("/"),
            ExitCodes.ZERO,
            null);
    assertThat(settings.toString() + settings.summary()).doesNotContain("tiger", "lion");
    assertThat(settings.summary()).isEqualTo("true");
  }

  private static CommandSettings of(Path program) {
    return new CommandSettings(
        List.of(program.toString()), Map.of(), Path.of("/"), ExitCodes.ZERO, null);
  }

  private static CommandSettings settings(ExitCodes codes, @Nullable String expect, String script) {
    return new CommandSettings(
        List.of("/bin/sh", "-c", script), Map.of(), Path.of("/"), codes, expect);
  }

  private static ProbeResult run(String script) throws InterruptedException {
    return run(ExitCodes.ZERO, null, script);
  }

  private static ProbeResult run(ExitCodes codes, @Nullable String expect, String script)
      throws InterruptedException {
    return run(settings(codes, expect, script), PATIENT);
  }

  private static ProbeResult run(CommandSettings settings, Duration timeout)
      throws InterruptedException {
    return once(settings, timeout);
  }

  private static ProbeResult once(CommandSettings settings, Duration timeout)
      throws InterruptedException {
    Check check = Probing.check("command", settings, timeout);
    return CheckRun.once(KIND, check, Probing.destination(ADDRESS));
  }

  private static boolean exists(String pid) {
    return Files.exists(Path.of("/proc", pid.strip()));
  }

  private static long zombies() throws IOException {
    long own = ProcessHandle.current().pid();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(process -> process.getFileName().toString().matches("\\d+"))
          .filter(process -> isZombieOf(process, own))
          .count();
    }
  }

  private static boolean isZombieOf(Path process, long parent) {
    try {
      String stat = Files.readString(process.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
      return fields[0].equals("Z") && Long.parseLong(fields[1]) == parent;
    } catch (IOException gone) {
      return false;
    }
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }
}
