package detour.server;

import detour.server.cli.CommandLineInterface;
import detour.server.cli.Terminal;
import detour.server.publish.Version;

/// The program's entrance: hands the arguments to the command line and ends with its exit code.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    int exitCode =
        CommandLineInterface.run(
            arguments,
            Version.NUMBER,
            new LocalCommands(System.out, System.err),
            Terminal.ofSystem());
    System.out.flush();
    System.exit(exitCode);
  }
}
