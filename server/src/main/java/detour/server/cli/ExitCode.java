package detour.server.cli;

/// How a command ends.
public final class ExitCode {
  /// What was asked is done.
  public static final int DONE = 0;

  /// The answer is no: unhealthy, invalid, refused.
  public static final int NO = 1;

  /// The command line could not be understood.
  public static final int USAGE = 2;

  /// The server could not be reached.
  public static final int UNREACHABLE = 3;

  private ExitCode() {}
}
