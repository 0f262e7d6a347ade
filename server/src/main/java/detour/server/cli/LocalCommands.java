package detour.server.cli;

import detour.server.api.CheckReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands that need no running server.
final class LocalCommands {
  private LocalCommands() {}

  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = {
        "Run the server until it is told to end.",
        "",
        "SIGTERM ends it in order, SIGHUP makes it read its configuration again."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  detour run", "  detour run -c /etc/detour/detour.yaml"})
  static final class Run implements Callable<Integer> {
    private final LocalActions local;

    @Mixin private ConfigurationOption configuration = new ConfigurationOption();

    Run(LocalActions local) {
      this.local = local;
    }

    @Override
    public Integer call() {
      return local.run(configuration.file());
    }
  }

  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description = "Show every problem of a configuration, each with its line; exit 1 if any.",
      footerHeading = "%nExamples:%n",
      footer = {"  detour validate", "  detour validate -c new.yaml"})
  static final class Validate implements Callable<Integer> {
    private final LocalActions local;

    @Mixin private ConfigurationOption configuration = new ConfigurationOption();

    Validate(LocalActions local) {
      this.local = local;
    }

    @Override
    public Integer call() {
      return local.validate(configuration.file());
    }
  }

  @Command(
      name = "init",
      mixinStandardHelpOptions = true,
      description = "Write a commented configuration and a zone to start from.",
      footerHeading = "%nExamples:%n",
      footer = {"  detour init", "  detour init /etc/detour"})
  static final class Init implements Callable<Integer> {
    private final LocalActions local;

    @Parameters(
        arity = "0..1",
        paramLabel = "FOLDER",
        defaultValue = ".",
        description = "Where to; default: here.")
    private Path folder = Path.of(".");

    @Option(names = "--overwrite", description = "Replace files that are there already.")
    private boolean overwrite;

    Init(LocalActions local) {
      this.local = local;
    }

    @Override
    public Integer call() {
      return local.init(folder, overwrite);
    }
  }

  @Command(
      name = "demo",
      mixinStandardHelpOptions = true,
      description = {
        "Play a whole failover before your eyes, with real backends on loopback.",
        "",
        "It goes on until Ctrl-C, so that you can look around; nothing outside loopback is touched."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  detour demo", "  detour demo --once"})
  static final class Demo implements Callable<Integer> {
    private final LocalActions local;

    @Option(
        names = "--once",
        description = "End after the last scene; exit 0 only if every step was really observed.")
    private boolean once;

    Demo(LocalActions local) {
      this.local = local;
    }

    @Override
    public Integer call() {
      return local.demo(once);
    }
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = {
        "Run checks once, now, and show the time of each step.",
        "",
        "Exits with 1 when any of them fails. The running server does not take part."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  detour check www.example.com",
        "  detour check www.example.com/ams/web1",
        "  detour check http://192.0.2.10/healthz tcp://192.0.2.10:443"
      })
  static final class Check implements Callable<Integer> {
    private final LocalActions local;
    private final Terminal terminal;

    @Parameters(
        arity = "1..*",
        paramLabel = "NAME|URL",
        description = "A service, service/pool, service/pool/endpoint, or a URL.")
    private List<String> subjects = new ArrayList<>();

    @Mixin private ConfigurationOption configuration = new ConfigurationOption();

    @Option(names = "--json", description = "Print the reports as JSON.")
    private boolean json;

    Check(LocalActions local, Terminal terminal) {
      this.local = local;
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      List<CheckReport> reports = new ArrayList<>();
      for (String subject : subjects) {
        for (CheckReport report : local.check(configuration.file(), subject)) {
          if (!json) {
            String blank = reports.isEmpty() ? "" : "\n";
            terminal.out().print(blank + CheckView.render(report, terminal.look()));
          }
          reports.add(report);
        }
      }
      if (json) {
        terminal.out().println(ServerClient.JSON.writeValueAsString(reports));
      }
      return reports.stream().allMatch(CheckReport::passed) ? ExitCode.DONE : ExitCode.NO;
    }
  }
}
