package detour.server.probe;

import java.util.concurrent.TimeUnit;

/// How long a server lets an idle connection live, learned from those that it closed though it was
/// well, and when to hold the next one.
///
/// | a connection | then |
/// |---|---|
/// | was closed in vain, at a useful age | the next is renewed at three quarters of that age |
/// | was closed in vain, whatever its age | a strike: the pause before the next one, which from the second strike on grows fourfold each time, up to hours |
/// | was held when a probe failed, and none had passed since it was opened | as after six strikes |
/// | lived until it was renewed, [#QUIET_MIN] times in a row | a strike less, and twice the age is tried |
///
/// Each strike doubles how many quiet renewals are asked for. So a server that closes at a fixed
/// age soon sees renewals that it never has to close, and one that closes early or at random is
/// left alone.
final class IdleLifetime {
  static final long RENEW_MAX_NANOS = TimeUnit.MINUTES.toNanos(5);
  static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  static final long PAUSE_MAX_NANOS = TimeUnit.HOURS.toNanos(6);
  static final int QUIET_MIN = 8;

  private static final int QUIET_MAX = 1024;
  private static final int STRIKES_MAX = 10;
  private static final int STRIKES_OF_HARM = 6;
  private static final long UNLIMITED = Long.MAX_VALUE;

  private final long usefulNanos;
  private long limitNanos = UNLIMITED;
  private int quietAskedFor = QUIET_MIN;
  private int quiet;
  private int strikes;

  /// @param usefulNanos connections that live shorter are not worth to be renewed
  IdleLifetime(long usefulNanos) {
    this.usefulNanos = usefulNanos;
  }

  /// The server closed or refused a connection, and was well.
  ///
  /// @param ageNanos 0 for one that was never open
  void closedInVain(long ageNanos) {
    if (ageNanos >= usefulNanos) {
      limitNanos = Math.min(limitNanos, ageNanos);
    }
    if (strikes > 0) {
      quietAskedFor = Math.min(quietAskedFor * 2, QUIET_MAX);
    }
    strikes = Math.min(strikes + 1, STRIKES_MAX);
    quiet = 0;
  }

  /// A connection may have kept the server from serving: the next one waits for long.
  void harmed() {
    closedInVain(0);
    strikes = Math.max(strikes, STRIKES_OF_HARM);
  }

  /// A connection lived for [#renewAfterNanos].
  void renewed() {
    quiet++;
    if (quiet < quietAskedFor) {
      return;
    }
    quiet = 0;
    strikes = Math.max(0, strikes - 1);
    if (limitNanos != UNLIMITED) {
      limitNanos = limitNanos > RENEW_MAX_NANOS ? UNLIMITED : limitNanos * 2;
      // What is tried once more may be closed once more: each time it takes longer to be tried.
      quietAskedFor = Math.min(quietAskedFor * 2, QUIET_MAX);
    }
  }

  /// How long a connection is held at most.
  long renewAfterNanos() {
    return Math.min(RENEW_MAX_NANOS, limitNanos == UNLIMITED ? UNLIMITED : limitNanos / 4 * 3);
  }

  /// How long to wait before the next connection.
  long pauseNanos() {
    if (strikes < 2) {
      return FIRST_PAUSE_NANOS;
    }
    return Math.min(PAUSE_MAX_NANOS, FIRST_PAUSE_NANOS << (2 * (strikes - 1)));
  }
}
