package detour.server.cli;

import detour.server.api.ChangeReport;
import detour.server.cli.Look.Mark;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands that change what a running server does. Each ends once the change is on the
/// server's disk and in force, and shows what came of it.
final class ChangingCommands {
  private static final String TARGET = "service/pool, or service/pool/endpoint.";

  private ChangingCommands() {}

  /// Whether safety rules are overruled.
  static final class Overruling {
    @Option(
        names = "--force",
        description = "Overrule the safety rules that speak against it. That is recorded.")
    private boolean force;
  }

  /// Why, where nobody has to say.
  static final class Because {
    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the history.")
    private String reason = "";
  }

  /// What the commands that set an override share.
  abstract static class Overriding implements Callable<Integer> {
    private final String state;
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(paramLabel = "TARGET", description = TARGET)
    private String target = "";

    @Option(
        names = {"-r", "--reason"},
        paramLabel = "TEXT",
        required = true,
        description = "Why; shown to everyone who looks.")
    private String reason = "";

    @Option(
        names = "--for",
        paramLabel = "TIME",
        description =
            "How long, as 30m, 2h or 1d; default: until cleared. A drill and a maintenance need"
                + " it.")
    private String lasts = "";

    @Mixin private Overruling overruling = new Overruling();

    private Overriding(String state, Terminal terminal) {
      this.state = state;
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      Map<String, Object> body = new HashMap<>(more());
      body.putAll(Map.of("target", target, "state", state, "reason", reason, "for", lasts));
      if (overruling.force) {
        body.put("force", true);
      }
      return show(terminal, remote.client(terminal).post("/api/v1/overrides", body));
    }

    /// What else is asked for.
    Map<String, String> more() {
      return Map.of();
    }
  }

  @Command(
      name = "drill",
      mixinStandardHelpOptions = true,
      description = {
        "Pretend for a time that an endpoint, or a pool, is down.",
        "",
        "It ends by itself, after a restart too, and at once when a safety rule speaks against it"
            + " because something else has failed. What came of it: detour drills SERVICE"
      },
      footerHeading = "%nExample:%n",
      footer = "  detour drill www.example.com/ams --for 5m --reason 'do we survive without ams?'")
  static final class Drill extends Overriding {
    Drill(Terminal terminal) {
      super("down", terminal);
    }

    @Override
    Map<String, String> more() {
      return Map.of("purpose", "drill");
    }
  }

  @Command(
      name = "maintenance",
      mixinStandardHelpOptions = true,
      description = "Announce when an endpoint, or a pool, is to be drained, and for how long.",
      footerHeading = "%nExample:%n",
      footer =
          "  detour maintenance www.example.com/ams --start 2030-01-31T22:00:00Z --for 2h"
              + " --reason 'new switches'")
  static final class Maintenance extends Overriding {
    @Option(
        names = "--start",
        paramLabel = "TIME",
        description = "When it begins, with its zone, as 2030-01-31T22:00:00Z; default: at once.")
    private String start = "";

    Maintenance(Terminal terminal) {
      super("drain", terminal);
    }

    @Override
    Map<String, String> more() {
      return Map.of("purpose", "maintenance", "start", start);
    }
  }

  @Command(
      name = "approve",
      mixinStandardHelpOptions = true,
      description = "Approve what another operator asked for, where a second one must.",
      footerHeading = "%nExample:%n",
      footer = "  detour approve www.example.com/ams")
  static final class Approve implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(paramLabel = "TARGET", description = TARGET)
    private String target = "";

    @Mixin private Overruling overruling = new Overruling();

    Approve(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      Map<String, Object> body = Map.of("target", target, "force", overruling.force);
      return show(terminal, remote.client(terminal).post("/api/v1/overrides/approve", body));
    }
  }

  @Command(
      name = "end",
      mixinStandardHelpOptions = true,
      description = {
        "End a drill or a maintenance before its time, or call it off; turn down what waits for an"
            + " approval.",
        "",
        "What was said of the target before is in force again."
      },
      footerHeading = "%nExample:%n",
      footer = "  detour end www.example.com/ams")
  static final class End implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(paramLabel = "TARGET", description = TARGET)
    private String target = "";

    End(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      return show(
          terminal,
          remote.client(terminal).post("/api/v1/overrides/end", Map.of("target", target)));
    }
  }

  @Command(
      name = "drain",
      mixinStandardHelpOptions = true,
      description = {
        "Take an endpoint, or a pool, out of new answers before it is switched off.",
        "",
        "Resolvers may hold it for a while yet: the status says until when, and when it is safe to"
            + " switch off."
      },
      footerHeading = "%nExample:%n",
      footer = "  detour drain www.example.com/ams/web1 --reason 'kernel update' --for 2h")
  static final class Drain extends Overriding {
    Drain(Terminal terminal) {
      super("drain", terminal);
    }
  }

  @Command(
      name = "down",
      mixinStandardHelpOptions = true,
      description = "Count an endpoint, or a pool, as down whatever its checks say.",
      footerHeading = "%nExample:%n",
      footer = "  detour down www.example.com/ams --reason 'wrong prices shown' --for 30m")
  static final class Down extends Overriding {
    Down(Terminal terminal) {
      super("down", terminal);
    }
  }

  @Command(
      name = "up",
      mixinStandardHelpOptions = true,
      description = "Count an endpoint, or a pool, as up whatever its checks say.",
      footerHeading = "%nExample:%n",
      footer =
          "  detour up www.example.com/ams/web1 --reason 'the check itself is broken' --for 1h")
  static final class Up extends Overriding {
    Up(Terminal terminal) {
      super("up", terminal);
    }
  }

  @Command(
      name = "clear",
      mixinStandardHelpOptions = true,
      description = "End a drain, a down or an up: the target follows its checks again.",
      footerHeading = "%nExample:%n",
      footer = "  detour clear www.example.com/ams/web1")
  static final class Clear implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(paramLabel = "TARGET", description = TARGET)
    private String target = "";

    @Mixin private Because because = new Because();

    @Mixin private Overruling overruling = new Overruling();

    Clear(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      return show(terminal, remote.client(terminal).delete("/api/v1/overrides", parameters()));
    }

    private Map<String, String> parameters() {
      return overruling.force
          ? Map.of("target", target, "reason", because.reason, "force", "true")
          : Map.of("target", target, "reason", because.reason);
    }
  }

  @Command(
      name = "failback",
      mixinStandardHelpOptions = true,
      description = {
        "Approve a failback that waits.",
        "",
        "A service with `failback: manual` shows READY once an earlier pool is available again."
      },
      footerHeading = "%nExample:%n",
      footer = "  detour failback www.example.com")
  static final class Failback implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(paramLabel = "SERVICE", description = "The service that is READY.")
    private String service = "";

    @Mixin private Because because = new Because();

    Failback(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      return show(
          terminal,
          remote
              .client(terminal)
              .post("/api/v1/failback", Map.of("service", service, "reason", because.reason)));
    }
  }

  @Command(
      name = "reload",
      mixinStandardHelpOptions = true,
      description = {
        "Make the server read its configuration again.",
        "",
        "It is applied whole or not at all; what was wrong is shown. Health of endpoints that stay"
            + " is kept."
      },
      footerHeading = "%nExample:%n",
      footer = "  detour validate && detour reload --reason 'new certificate'")
  static final class Reload implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Mixin private Because because = new Because();

    Reload(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      return show(
          terminal,
          remote.client(terminal).post("/api/v1/reload", Map.of("reason", because.reason)));
    }
  }

  private static int show(Terminal terminal, ServerClient.Reply reply) {
    ChangeReport change = reply.as(ChangeReport.class);
    Page page = new Page(terminal.look());
    page.add(page.line().mark(Mark.GOOD).add(" " + change.done()));
    if (change.service() != null) {
      page.blank();
      new ServiceView(page, ReadingCommands.times(terminal, reply)).card(change.service());
    }
    terminal.out().print(page);
    return ExitCode.DONE;
  }
}
