package detour.server.listen;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs a failure that may repeat with every packet at most once a minute. Thread: one.
final class FailureLog {
  private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
  private static final long QUIET_NANOS = 60_000_000_000L;

  private final String where;
  private boolean logged;
  private long loggedAtNanos;
  private long unlogged;

  /// @param where which listener, for people
  FailureLog(String where) {
    this.where = where;
  }

  void report(String what, @Nullable Throwable cause) {
    long nowNanos = System.nanoTime();
    if (logged && nowNanos - loggedAtNanos < QUIET_NANOS) {
      unlogged++;
      return;
    }
    LOG.error("{}: {} ({} more since the last such line)", where, what, unlogged, cause);
    logged = true;
    loggedAtNanos = nowNanos;
    unlogged = 0;
  }
}
