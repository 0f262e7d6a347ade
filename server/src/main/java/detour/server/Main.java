package detour.server;

import detour.server.cli.CommandFailed;
import detour.server.cli.CommandLineInterface;
import detour.server.cli.Terminal;
import detour.server.publish.Version;
import java.nio.file.Path;
import java.util.function.IntSupplier;

/// The program's entrance: hands the arguments to the command line and ends with its exit code.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    int exitCode = run(arguments);
    System.out.flush();
    System.exit(exitCode);
  }

  private static int run(String[] arguments) {
    LocalCommands local = new LocalCommands(System.out, System.err);
    // `run` in its plain forms goes past the command-line library, whose class files are too old
    // for the start-up cache:
    // reading and verifying them takes a third of the time to the first answer.
    if (arguments.length == 1 && arguments[0].equals("run")) {
      return orFailure(() -> local.run(null));
    }
    if (arguments.length == 3 && arguments[0].equals("run") && arguments[1].equals("-c")) {
      return orFailure(() -> local.run(Path.of(arguments[2])));
    }
    if (arguments.length == 1 && arguments[0].equals(Rehearsal.COMMAND)) {
      return Rehearsal.run();
    }
    return CommandLineInterface.run(arguments, Version.NUMBER, local, Terminal.ofSystem());
  }

  private static int orFailure(IntSupplier command) {
    try {
      return command.getAsInt();
    } catch (CommandFailed e) {
      System.err.println("error: " + e.getMessage());
      return e.exitCode();
    }
  }
}
