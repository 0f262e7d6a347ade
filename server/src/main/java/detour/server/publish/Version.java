package detour.server.publish;

/// Which version of the program this is.
public final class Version {
  /// As in the build's description.
  public static final String NUMBER = "0.1.0";

  private Version() {}
}
