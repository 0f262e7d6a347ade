package detour.server.cli;

import detour.server.access.Role;
import detour.server.access.Secret;
import detour.server.access.Token;
import detour.server.access.TokenFile;
import detour.server.api.Durations;
import detour.server.cli.Look.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// `detour token`: who may use the API. It works on the server's file of tokens, so whoever may
/// write that decides, and no server need be asked.
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    description = {
      "Who may use the API: tokens, each with a role.",
      "",
      "read looks, operate also sets overrides and approves failbacks, configure also replaces the"
          + " configuration. A running server follows within a second."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  detour token add alice --role operate",
      "  detour token add grafana --role read --for 365d > grafana.token",
      "  detour token list",
      "  detour token remove alice"
    })
final class TokenCommands implements Runnable {
  @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

  private TokenCommands() {}

  static CommandLine of(LocalActions local, Terminal terminal) {
    CommandLine token = new CommandLine(new TokenCommands());
    token.addSubcommand(new Add(local, terminal));
    token.addSubcommand(new ListAll(local, terminal));
    token.addSubcommand(new Remove(local, terminal));
    return token;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command: add, list or remove?");
  }

  /// Which file of tokens.
  static final class Where {
    @Mixin private ConfigurationOption configuration = new ConfigurationOption();

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "The file of tokens; default: listen.api.token_file of the configuration.")
    private @Nullable Path file;

    TokenFile file(LocalActions local) {
      return new TokenFile(file == null ? local.tokenFile(configuration.file()) : file);
    }
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Make a token and print its secret, this once.",
        "",
        "Only a hash of it is kept. Standard output gets nothing but the secret."
      })
  static final class Add implements Callable<Integer> {
    private final LocalActions local;
    private final Terminal terminal;

    @Mixin private Where where = new Where();

    @Parameters(paramLabel = "NAME", description = "Whose it is; the history shows it.")
    private String name = "";

    @Option(
        names = "--role",
        required = true,
        description = "What it allows: read, operate or configure.")
    private Role role = Role.READ;

    @Option(
        names = "--for",
        paramLabel = "TIME",
        description = "How long it counts, as 12h or 90d.")
    private @Nullable String lasts;

    Add(LocalActions local, Terminal terminal) {
      this.local = local;
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      TokenFile file = where.file(local);
      String secret = Secret.next(new SecureRandom());
      Instant now = terminal.clock().instant().truncatedTo(ChronoUnit.SECONDS);
      boolean fresh = !Files.exists(file.path());
      change(() -> {
        Instant expires = lasts == null ? null : now.plus(duration(lasts));
        file.add(new Token(name, role, Secret.hash(secret), now, expires));
      });
      terminal.out().println(secret);
      terminal
          .err()
          .println(
              "%s may now %s; this is all that is ever shown of the token"
                  .formatted(name, role.word()));
      if (fresh) {
        terminal
            .err()
            .println(
                file.path()
                    + " is new, and its owner's only: the user that the server runs as must be able"
                    + " to read it");
      }
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Show the tokens: names, roles and times, never a secret.")
  static final class ListAll implements Callable<Integer> {
    private final LocalActions local;
    private final Terminal terminal;

    @Mixin private Where where = new Where();

    ListAll(LocalActions local, Terminal terminal) {
      this.local = local;
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      List<Token> tokens = new ArrayList<>();
      TokenFile file = where.file(local);
      change(() -> tokens.addAll(file.tokens()));
      terminal.out().print(TokenView.render(tokens, terminal.clock().instant(), terminal.look()));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Remove a token: whoever has it may do nothing more with it.")
  static final class Remove implements Callable<Integer> {
    private final LocalActions local;
    private final Terminal terminal;

    @Mixin private Where where = new Where();

    @Parameters(paramLabel = "NAME", description = "Whose token.")
    private String name = "";

    Remove(LocalActions local, Terminal terminal) {
      this.local = local;
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      TokenFile file = where.file(local);
      change(() -> file.remove(name));
      terminal
          .out()
          .println(terminal.look().paint(Style.GOOD, "the token of " + name + " is removed"));
      return ExitCode.DONE;
    }
  }

  private interface Change {
    void happen() throws IOException;
  }

  private static void change(Change change) {
    try {
      change.happen();
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(ExitCode.NO, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.NO, "the file of tokens cannot be written: " + e);
    }
  }

  private static Duration duration(String text) {
    Duration lasts = Durations.parse(text);
    if (lasts == null || lasts.isZero()) {
      throw new CommandFailed(
          ExitCode.USAGE, "--for '" + text + "': expected a time as 12h or 90d");
    }
    return lasts;
  }
}
