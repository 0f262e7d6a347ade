package detour.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.api.CheckReport;
import detour.server.api.ConfigurationDesk;
import detour.server.api.ConfigurationText;
import detour.server.api.FakeServer;
import detour.server.publish.Command;
import detour.server.publish.CommandRefused;
import detour.server.publish.RunningConfiguration;
import detour.server.zones.ZoneContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineInterfaceTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final FakeLocalActions local = new FakeLocalActions();
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldShowTheStatus() {
    assertThat(run("status")).isEqualTo(ExitCode.DONE);
    assertThat(printed()).contains("www.example.com", "serving from ams", "192.0.2.10", "TTL 30s");
  }

  @Test
  void shouldShowOneServiceInFull() {
    assertThat(run("status", "www.example.com")).isEqualTo(ExitCode.DONE);
    assertThat(printed()).contains("serving from ams").doesNotContain("detour 0.1.0");
  }

  @Test
  void shouldSayNoWhenAServiceIsUnknown() {
    assertThat(run("status", "no such/service")).isEqualTo(ExitCode.NO);
    assertThat(complaint()).startsWith("error: ");
  }

  @Test
  void shouldTellWhoMayStillHoldAnOldAnswer() {
    assertThat(run("convergence", "www.example.com")).isEqualTo(ExitCode.DONE);
    assertThat(printed()).contains("192.0.2.10", "no resolver that obeys TTLs");
    assertThat(run("convergence", "nosuch.example.com")).isEqualTo(ExitCode.NO);
  }

  @Test
  void shouldReportAnIncident() {
    assertThat(run("report", "www.example.com", "--since", "2d", "-o", "-"))
        .isEqualTo(ExitCode.DONE);
    assertThat(printed()).startsWith("<!DOCTYPE html>").contains("www.example.com", "192.0.2.10");
    assertThat(run("report", "--since", "yesterday")).isEqualTo(ExitCode.USAGE);
    assertThat(complaint()).contains("--since", "yesterday");
  }

  @ParameterizedTest
  @CsvSource({"SERVING, 0", "FAILED_OVER, 0", "READY, 0", "LAST_RESORT, 1"})
  void shouldCheckForALastResort(String status, int exitCode) {
    server.state = FakeServer.state(status);

    assertThat(run("status", "--check")).isEqualTo(exitCode);
    assertThat(run("status", "www.example.com", "--check")).isEqualTo(exitCode);
    assertThat(run("status")).isEqualTo(ExitCode.DONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "status www.example.com", "explain www.example.com", "history"})
  void shouldPrintJsonAsTheApiGaveIt(String command) {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
    arguments.add("--json");

    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
    assertThat(printed()).startsWith("{\"").endsWith("}\n");
    assertThat(ServerClient.JSON.readTree(printed()).isObject()).isTrue();
  }

  @Test
  void shouldExplainAnAnswer() {
    assertThat(run("explain", "www.example.com", "--type", "aaaa", "--client", "192.0.2.53"))
        .isEqualTo(ExitCode.DONE);
    assertThat(printed())
        .contains("www.example.com AAAA asked by 192.0.2.53", "NOERROR", "selection", "200 OK");
  }

  @Test
  void shouldSayNoWhenANameHasNoAnswer() {
    assertThat(run("explain", "nosuch.example.com")).isEqualTo(ExitCode.NO);
    assertThat(printed()).contains("NXDOMAIN");
  }

  @Test
  void shouldTakeBadInputForAMistakeOfUsage() {
    assertThat(run("explain", "www.example.com", "--client", "here")).isEqualTo(ExitCode.USAGE);
    assertThat(complaint()).isEqualTo("error: client: 'here' is no IPv4 or IPv6 address\n");
  }

  @Test
  void shouldShowTheHistoryNewestLast() {
    assertThat(run("history", "--limit", "2")).isEqualTo(ExitCode.DONE);
    assertThat(printed().lines().filter(line -> line.contains("reason")))
        .satisfiesExactly(
            older -> assertThat(older).endsWith("reason 119"),
            newer -> assertThat(newer).endsWith("reason 120"));
    assertThat(printed()).contains("detour history --before 119");
  }

  @Test
  void shouldSayThatThereIsNoSuchServiceToHaveAHistory() {
    assertThat(run("history", "nosuch.example.com")).isEqualTo(ExitCode.NO);
    assertThat(complaint()).contains("no service is named 'nosuch.example.com'");
  }

  @ParameterizedTest
  @CsvSource({"drain, DRAIN", "down, DOWN", "up, UP"})
  void shouldOverrideInTheNameOfTheUser(String command, OperatorOverride.State state) {
    int exitCode =
        run(command, "www.example.com/ams/web1", "--reason", "new kernel", "--for", "2h");

    assertThat(exitCode).isEqualTo(ExitCode.DONE);
    assertThat(server.command())
        .isEqualTo(
            new Command.SetOverride(
                new OverridePath("www.example.com", "ams", "web1"),
                state,
                "new kernel",
                Duration.ofHours(2),
                "carol (api@127.0.0.1)"));
    assertThat(printed()).contains("www.example.com/ams/web1", "for 2h", "serving from ams");
  }

  @Test
  void shouldDemandAReason() {
    assertThat(run("drain", "www.example.com/ams")).isEqualTo(ExitCode.USAGE);
    assertThat(complaint()).contains("--reason").endsWith("See: detour drain --help\n");
    assertThat(server.commands).isEmpty();
  }

  @Test
  void shouldClearAnOverride() {
    assertThat(run("clear", "www.example.com/ams")).isEqualTo(ExitCode.DONE);
    assertThat(server.command())
        .isEqualTo(
            new Command.ClearOverride(
                new OverridePath("www.example.com", "ams", null), "carol (api@127.0.0.1)"));
  }

  @Test
  void shouldApproveAFailback() {
    assertThat(run("failback", "www.example.com")).isEqualTo(ExitCode.DONE);
    assertThat(server.command())
        .isEqualTo(new Command.ApproveFailback("www.example.com", "carol (api@127.0.0.1)"));
  }

  @Test
  void shouldSayWhyAChangeWasRefused() {
    assertThat(run("failback", "nosuch.example.com")).isEqualTo(ExitCode.NO);
    assertThat(complaint()).isEqualTo("error: no service is named 'nosuch.example.com'\n");
  }

  @Test
  void shouldReload() {
    assertThat(run("reload", "--reason", "new certificate")).isEqualTo(ExitCode.DONE);
    assertThat(server.command())
        .isEqualTo(new Command.Reload("carol (api@127.0.0.1)", "new certificate"));
  }

  @Test
  void shouldShowEveryLineOfARefusedReload() {
    server.commandFailure = new CommandRefused("detour.yaml:3:1: unknown key\ndetour.yaml:9:1: no");

    assertThat(run("reload")).isEqualTo(ExitCode.NO);
    assertThat(complaint().lines()).hasSize(2);
  }

  @Test
  void shouldPushWhatIsSharedInTheNameOfTheUser() {
    assertThat(run("config", "push", "-c", "site.yaml", "-m", "why", "--expect", "7", "--no-wait"))
        .isEqualTo(ExitCode.DONE);

    assertThat(server.configurations.pushes)
        .containsExactly(
            new ConfigurationDesk.Push(local.text, "why", "carol (api@127.0.0.1)", 7, false));
    assertThat(complaint()).isEqualTo("left out, as each node's own: node, listen\n");
    assertThat(printed()).contains("revision 1 is in the store", "warning: a warning");
  }

  @Test
  void shouldWaitForTheNodesAndSayNoWhenOneRefuses() {
    server.show(FakeServer.cluster(new RunningConfiguration(1, 0, "")));
    assertThat(run("config", "push", "-c", "site.yaml", "-m", "why")).isEqualTo(ExitCode.DONE);
    assertThat(printed()).contains("✔ ams1  runs revision 1");

    server.show(FakeServer.cluster(new RunningConfiguration(1, 2, "no such file")));
    assertThat(run("config", "rollback", "1", "-m", "why")).isEqualTo(ExitCode.NO);
    assertThat(printed()).contains("✗ ams1  refused it and runs revision 1: no such file");
  }

  @Test
  void shouldOnlyValidateInADryRun() {
    assertThat(run("config", "push", "-c", "site.yaml", "-m", "why", "--dry-run"))
        .isEqualTo(ExitCode.DONE);

    assertThat(server.configurations.pushes).isEmpty();
    assertThat(printed()).contains("it is valid; nothing was changed");
  }

  @Test
  void shouldShowEveryLineOfARefusedPush() {
    server.configurations.refusal =
        "it is not valid:\nsite.yaml:3:1: unknown key\nsite.yaml:9:1: no";

    assertThat(run("config", "push", "-c", "site.yaml", "-m", "why")).isEqualTo(ExitCode.NO);
    assertThat(complaint()).contains("site.yaml:3:1: unknown key", "site.yaml:9:1: no");
  }

  @Test
  void shouldDemandAComment() {
    assertThat(run("config", "push", "-c", "site.yaml")).isEqualTo(ExitCode.USAGE);
    assertThat(complaint()).contains("--comment");
    assertThat(run("config", "push", "-c", "site.yaml", "-m", " ")).isEqualTo(ExitCode.USAGE);
    assertThat(complaint()).contains("comment: missing");
    assertThat(server.configurations.pushes).isEmpty();
  }

  @Test
  void shouldSayWhatIsWrongWithAFileBeforeItIsPushed() {
    assertThat(run("config", "push", "-m", "why")).isEqualTo(ExitCode.NO);
    assertThat(complaint()).isEqualTo("error: detour.yaml:1:1: not YAML\n");
  }

  @Test
  void shouldCompareWithTheStoreAndExitWithOneWhenTheyDiffer() {
    run("config", "push", "-c", "site.yaml", "-m", "why", "--no-wait");
    assertThat(run("config", "diff", "-c", "site.yaml")).isEqualTo(ExitCode.DONE);

    local.text = new ConfigurationText("site.yaml", "zones: [] # none\n", Map.of());

    assertThat(run("config", "diff", "-c", "site.yaml")).isEqualTo(ExitCode.NO);
    assertThat(printed()).contains("-zones: []\n+zones: [] # none\n", "-; a");
    assertThat(run("config", "diff", "-c", "site.yaml", "--revision", "9")).isEqualTo(ExitCode.NO);
    assertThat(complaint()).contains("there is no revision 9");
  }

  @Test
  void shouldShowRevisions() {
    assertThat(run("config", "show")).isEqualTo(ExitCode.NO);
    assertThat(complaint()).contains("detour config push");
    run("config", "push", "-c", "site.yaml", "-m", "the first", "--no-wait");

    assertThat(run("config", "show", "1")).isEqualTo(ExitCode.DONE);
    assertThat(printed()).endsWith("zones: []\n");
    assertThat(run("config", "history")).isEqualTo(ExitCode.DONE);
    assertThat(printed()).contains("→ 1", "carol", "the first");
    assertThat(run("config", "history", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(printed()).contains("\"comment\":\"the first\"");
    assertThat(run("config")).isEqualTo(ExitCode.USAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config history",
        "config show",
        "config diff -c a.yaml",
        "config push -c a.yaml -m x",
        "config rollback 1 -m x",
        "status",
        "explain www.example.com",
        "history",
        "convergence a",
        "report",
        "drain a/b -r x",
        "clear a/b",
        "failback a",
        "reload"
      })
  void shouldSayWhatToDoWhenTheServerCannotBeReached(String command) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
    arguments.add("--server=http://127.0.0.1:" + port);

    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(complaint()).contains("http://127.0.0.1:" + port, "detour run");
    assertThat(printed()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:8053", "ftp://localhost", "http://", "http://a b"})
  void shouldRefuseAServerThatIsNoUrl(String url) {
    assertThat(run("status", "--server", url)).isEqualTo(ExitCode.USAGE);
    assertThat(complaint()).contains("'" + url + "'", "http://127.0.0.1:8053");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          run                            | run null
          run -c x.yaml                  | run x.yaml
          validate --config x.yaml       | validate x.yaml
          init                           | init . false
          init there --overwrite         | init there true
          demo                           | demo false
          demo --once                    | demo true
          """)
  void shouldLeaveToTheMachineryWhatNeedsNoServer(String command, String call) {
    local.exitCode = 1;

    assertThat(run(command.split(" ", -1))).isEqualTo(1);
    assertThat(local.calls).containsExactly(call);
  }

  @Test
  void shouldShowTheStepsOfEachCheckAndSayNoWhenOneFails() {
    assertThat(run("check", "good", "tcp://bad:1", "-c", "x.yaml")).isEqualTo(ExitCode.NO);
    assertThat(local.calls).containsExactly("check x.yaml good", "check x.yaml tcp://bad:1");
    assertThat(printed()).contains("200 OK", "first byte", "connection refused");
  }

  @Test
  void shouldPrintChecksAsJson() {
    assertThat(run("check", "good", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(ServerClient.JSON.readTree(printed()).at("/0/steps/0/name").asString())
        .isEqualTo("connect");
  }

  @Test
  void shouldEndAsACommandThatFailsAsks() {
    assertThat(run("check", "unknown")).isEqualTo(ExitCode.NO);
    assertThat(complaint()).isEqualTo("error: no service is named 'unknown'\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nosuch", "status --nosuch", "explain", "failback", "history -n x"})
  void shouldTellHowItIsUsed(String command) {
    String[] arguments = command.isEmpty() ? new String[0] : command.split(" ", -1);

    assertThat(run(arguments)).isEqualTo(ExitCode.USAGE);
    assertThat(complaint()).startsWith("error: ").contains("--help");
  }

  @Test
  void shouldSuggestTheCommandThatWasMeant() {
    assertThat(run("statsu")).isEqualTo(ExitCode.USAGE);
    assertThat(complaint()).contains("status");
  }

  @Test
  void shouldTellItsVersion() {
    assertThat(run("--version")).isEqualTo(ExitCode.DONE);
    assertThat(printed()).isEqualTo("detour 0.1.0\n");
  }

  @Test
  void shouldCompleteItsCommands() {
    assertThat(run("completion")).isEqualTo(ExitCode.DONE);
    assertThat(printed()).contains("failback", "--reason");
  }

  @Test
  void shouldDescribeEveryCommandWithAnExample() {
    CommandLine root = CommandLineInterface.commandLine("0.1.0", local, terminal(false));

    assertThat(root.getSubcommands())
        .containsKeys(
            "run",
            "validate",
            "init",
            "demo",
            "status",
            "explain",
            "drain",
            "down",
            "up",
            "clear",
            "failback",
            "history",
            "convergence",
            "report",
            "check",
            "query",
            "zone",
            "reload",
            "config",
            "completion")
        .allSatisfy((name, command) -> {
          assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
          assertThat(String.join("\n", command.getCommandSpec().usageMessage().footer()))
              .contains("detour " + name);
        });
  }

  @Test
  void shouldDrawAnewUntilInterruptedAndRestoreTheScreen() throws InterruptedException {
    Thread watch =
        new Thread(() ->
            CommandLineInterface.run(
                new String[] {"status", "--watch"}, "0.1.0", local, terminal(true)));
    watch.start();
    await().atMost(Duration.ofSeconds(30)).until(() -> printed().split("serving", -1).length > 2);
    server.close();
    await().atMost(Duration.ofSeconds(30)).until(() -> printed().contains("cannot reach"));
    watch.interrupt();
    watch.join(30_000);

    assertThat(watch.isAlive()).isFalse();
    assertThat(printed()).startsWith("\u001b[?1049h").endsWith("\u001b[?1049l");
  }

  @Test
  void shouldWatchOnATerminalOnly() {
    assertThat(run("status", "--watch")).isEqualTo(ExitCode.USAGE);
    assertThat(complaint()).contains("--watch");
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    return CommandLineInterface.run(arguments, "0.1.0", local, terminal(false));
  }

  private Terminal terminal(boolean interactive) {
    return new Terminal(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        interactive,
        new Look(100, false, true),
        InstantSource.system(),
        ZoneOffset.UTC,
        Map.of(
            "DETOUR_SERVER", server.url(), "SUDO_USER", "carol", "COLUMNS", "100", "LINES", "40"));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complaint() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /// Remembers what was called, as `command argument...`.
  private static final class FakeLocalActions implements LocalActions {
    @Override
    public Path tokenFile(@Nullable Path configuration) {
      throw new UnsupportedOperationException();
    }

    private final List<String> calls = new ArrayList<>();
    private int exitCode;
    private @Nullable InetSocketAddress dnsServer;
    private ConfigurationText text =
        new ConfigurationText("site.yaml", "zones: []\n", Map.of("a.zone", "; a\n"));

    @Override
    public Gathered gather(@Nullable Path configuration) {
      if (configuration == null) {
        throw new CommandFailed(ExitCode.NO, "detour.yaml:1:1: not YAML");
      }
      calls.add("gather " + configuration);
      return new Gathered(configuration, text, List.of("node", "listen"));
    }

    @Override
    public int run(@Nullable Path configuration) {
      return called("run " + configuration);
    }

    @Override
    public int validate(@Nullable Path configuration) {
      return called("validate " + configuration);
    }

    @Override
    public int init(Path folder, boolean overwrite) {
      return called("init " + folder + " " + overwrite);
    }

    @Override
    public int demo(boolean once) {
      return called("demo " + once);
    }

    @Override
    public void logToStandardError() {}

    @Override
    public @Nullable InetSocketAddress dnsServer(@Nullable Path configuration) {
      called("dnsServer " + configuration);
      return dnsServer;
    }

    @Override
    public List<ZoneContent> zones(@Nullable Path configuration) {
      called("zones " + configuration);
      return List.of();
    }

    @Override
    public List<CheckReport> check(@Nullable Path configuration, String subject) {
      called("check " + configuration + " " + subject);
      if (subject.equals("unknown")) {
        throw new CommandFailed(ExitCode.NO, "no service is named 'unknown'");
      }
      return List.of(CheckSamples.check(subject.equals("good")));
    }

    private int called(String call) {
      calls.add(call);
      return exitCode;
    }
  }
}
