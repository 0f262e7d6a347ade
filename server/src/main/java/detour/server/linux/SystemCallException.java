package detour.server.linux;

import java.io.IOException;

/// A system call that failed.
public final class SystemCallException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  SystemCallException(String call, int errno) {
    super(call + " failed with " + Errno.name(errno));
    this.errno = errno;
  }

  /// One of [Errno], or another error number of the system.
  public int errno() {
    return errno;
  }
}
