package detour.server.cli;

/// A command that ends without having done its work; the message is for the person at the terminal.
public final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /// @param exitCode one of [ExitCode]
  /// @param message what went wrong and what to do, without `error:` before it
  public CommandFailed(int exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
