package detour.server.probe.local;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.local.CommandSettings.ExitCodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Passes when a program of this machine says so: by its exit code, and by what it prints.
public final class CommandCheck implements ProbeKind {
  /// How many commands of the whole server may be under way at one time; further ones wait.
  static final int COMMANDS_MAX = 32;

  private static final OptionType<String> ARGUMENT =
      new OptionType.Either<>(
          List.of(
              new OptionType.Text<>("an argument", CommandCheck::argument, "^[\\s\\S]*$"),
              new OptionType.Made<>(
                  new OptionType.Whole(Integer.MIN_VALUE, Integer.MAX_VALUE), String::valueOf)));
  private static final OptionType<String> VARIABLE =
      new OptionType.Text<>("text", CommandCheck::argument, "^[\\s\\S]*$");
  private static final OptionType<Path> DIRECTORY_PATH =
      new OptionType.Text<>(
          "the absolute path of a directory", CommandCheck::existingDirectory, "^/");

  private static final Option<List<String>> COMMAND =
      Option.required(
          "command",
          new OptionType.Many<>(ARGUMENT),
          "The absolute path of a program, and its arguments, one an item; there is no shell."
              + " `{address}` stands for the address that is probed, `{destination}` for what the"
              + " configuration says, an address or a host name.");
  private static final Option<Map<String, String>> ENVIRONMENT =
      Option.withDefault(
          "env",
          new OptionType.Named<>(VARIABLE),
          Map.of(),
          "Environment variables. Besides them a program has PATH, LANG, DETOUR_ADDRESS,"
              + " DETOUR_DESTINATION and DETOUR_TIMEOUT_MILLIS, and nothing of the server's own.");
  private static final Option<Path> DIRECTORY =
      Option.withDefault("directory", DIRECTORY_PATH, Path.of("/"), "The working directory.");
  private static final Option<ExitCodes> EXIT_CODES =
      Option.withDefault(
          "exit_codes",
          new OptionType.Choice<>(ExitCodes.class),
          ExitCodes.ZERO,
          "With zero, 0 passes and everything else fails. With nagios, 0 passes, 1 passes with a"
              + " warning (degraded), and 2, 3 and everything else fails.");
  private static final Option<String> EXPECT =
      Option.optional(
          "expect",
          OptionType.Text.any("text"),
          "Text that must occur in the first 4 KiB of what the program prints.");

  private final CommandRunner runner = new CommandRunner(COMMANDS_MAX);

  @Override
  public String name() {
    return "command";
  }

  @Override
  public String doc() {
    return "Passes when a program of this machine says so: by its exit code, and by what it"
        + " prints.";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(COMMAND, ENVIRONMENT, DIRECTORY, EXIT_CODES, EXPECT);
  }

  @Override
  public CheckSettings settings(Values values) {
    List<String> command = values.of(COMMAND);
    refuseWhatCannotRun(Path.of(command.getFirst()));
    Map<String, String> environment = values.of(ENVIRONMENT);
    for (String name : environment.keySet()) {
      if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
        throw new IllegalArgumentException(
            "env: '" + name + "' is no name of a variable: expected letters, digits and '_'");
      }
    }
    return new CommandSettings(
        command, environment, values.of(DIRECTORY), values.of(EXIT_CODES), values.orNull(EXPECT));
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    runner.start((CommandSettings) settings, run);
  }

  @Override
  public void stop() {
    runner.stop();
  }

  int underway() {
    return runner.underway();
  }

  private static void refuseWhatCannotRun(Path program) {
    if (!program.isAbsolute()) {
      throw new IllegalArgumentException(
          "command: '" + program + "' is no absolute path of a program; there is no shell");
    }
    if (!Files.isRegularFile(program)) {
      throw new IllegalArgumentException("command: there is no program " + program);
    }
    if (!Files.isExecutable(program)) {
      throw new IllegalArgumentException(
          "command: " + program + " may not be executed by this user");
    }
  }

  private static String argument(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("it has a NUL, which no program can be given");
    }
    return text;
  }

  private static Path existingDirectory(String text) {
    Path directory = Path.of(text);
    if (!directory.isAbsolute()) {
      throw new IllegalArgumentException("the path must be absolute");
    }
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException("there is no such directory");
    }
    return directory;
  }
}
