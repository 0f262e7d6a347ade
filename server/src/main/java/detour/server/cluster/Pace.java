package detour.server.cluster;

import java.util.HashMap;
import java.util.Map;

/// How often one node may move one latch. Two nodes that disagree for good, since their
/// configurations differ, move it to and fro; that must not become a storm of writes. Cluster
/// thread only.
final class Pace {
  private static final int FREE = 3;
  private static final long WINDOW_NANOS = 30_000_000_000L;
  private static final long FIRST_WAIT_NANOS = 1_000_000_000L;
  private static final long LONGEST_WAIT_NANOS = 30_000_000_000L;

  private final Map<String, Moves> byKey = new HashMap<>();
  private long nextDueNanos = Long.MIN_VALUE;
  private long tidiedNanos;

  /// @param count of moves that followed each other closely
  private record Moves(int count, long lastNanos) {
    long nextNanos() {
      return count < FREE
          ? Long.MIN_VALUE
          : lastNanos
              + Math.min(LONGEST_WAIT_NANOS, FIRST_WAIT_NANOS << Math.min(count - FREE, 10));
    }
  }

  /// Whether the latch may be moved now. If not, [#nextDueNanos] says when one may.
  boolean allows(String key, long nowNanos) {
    Moves moves = byKey.get(key);
    if (moves == null || moves.nextNanos() <= nowNanos) {
      return true;
    }
    nextDueNanos =
        nextDueNanos <= nowNanos ? moves.nextNanos() : Math.min(nextDueNanos, moves.nextNanos());
    return false;
  }

  void moved(String key, long nowNanos) {
    Moves before = byKey.get(key);
    boolean close = before != null && nowNanos - before.lastNanos() < WINDOW_NANOS;
    if (nowNanos - tidiedNanos >= WINDOW_NANOS) {
      byKey.values().removeIf(moves -> nowNanos - moves.lastNanos() >= WINDOW_NANOS);
      tidiedNanos = nowNanos;
    }
    byKey.put(key, new Moves(close && before != null ? before.count() + 1 : 1, nowNanos));
  }

  /// When a latch may be moved that was not allowed to when it was asked for last; in the past for
  /// at once.
  long nextDueNanos() {
    return nextDueNanos;
  }
}
