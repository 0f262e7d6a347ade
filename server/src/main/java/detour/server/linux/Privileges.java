package detour.server.linux;

/// Giving up what the process does not need.
public final class Privileges {
  private static final int PR_SET_NO_NEW_PRIVS = 38;

  private Privileges() {}

  /// Forbids the calling thread, and every thread and program it starts from then on, to gain
  /// privileges by executing a file. To cover as much of the process as can be, call it first in
  /// `main`.
  ///
  /// @return false where the kernel refuses or this is not Linux
  public static boolean forbidGain() {
    if (!Linux.isAvailable()) {
      return false;
    }
    try {
      SystemCall.PRCTL.call(PR_SET_NO_NEW_PRIVS, 1);
      return true;
    } catch (SystemCallException refused) {
      return false;
    }
  }
}
