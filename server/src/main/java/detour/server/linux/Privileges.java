package detour.server.linux;

/// Giving up what the process does not need.
public final class Privileges {
  private Privileges() {}

  /// Forbids the calling thread, and every thread and program it starts from then on, to gain
  /// privileges by executing a file. To cover the whole process, call it first in `main`.
  ///
  /// @return false where the kernel refuses or this is not Linux
  public static boolean forbidGain() {
    return false;
  }
}
