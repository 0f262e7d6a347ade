package detour.server.cli;

/// The program's commands: parses arguments, runs one command, returns its exit code.
public final class CommandLineInterface {
  private CommandLineInterface() {}

  /// @param version shown by `--version`
  /// @return one of [ExitCode]
  public static int run(String[] arguments, String version, LocalActions local, Terminal terminal) {
    return ExitCode.USAGE;
  }
}
