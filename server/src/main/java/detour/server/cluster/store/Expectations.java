package detour.server.cluster.store;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// Revisions that a watch is known to have to reach, and what it proves when it does. One thread.
final class Expectations {
  private static final int COUNT_MAX = 64;
  private static final long NEVER = Long.MAX_VALUE;

  private final List<Expected> expected = new ArrayList<>();

  /// @param asOfNanos since when all is known once it is reached; [Long#MIN_VALUE] when that proves
  ///   nothing
  /// @param deadlineNanos when it is overdue; [#NEVER] when it need not be reached
  private record Expected(long revision, long asOfNanos, long deadlineNanos) {}

  /// A revision of a change that the watch must tell of.
  void must(long revision, long asOfNanos, long deadlineNanos) {
    add(new Expected(revision, asOfNanos, deadlineNanos));
  }

  /// A revision that the watch may reach, or not because others write to the store too.
  void may(long revision, long asOfNanos) {
    add(new Expected(revision, asOfNanos, NEVER));
  }

  /// The first ones are the ones that will be overdue first, so of too many the last are left out.
  private void add(Expected one) {
    if (one.deadlineNanos() == NEVER) {
      expected.removeIf(known -> known.deadlineNanos() == NEVER);
    }
    if (expected.size() < COUNT_MAX) {
      expected.add(one);
    }
  }

  /// The watch has told all up to this revision.
  ///
  /// @return the latest moment as of which that proves that all is known; [Long#MIN_VALUE] for none
  long reached(long revision) {
    long asOfNanos = Long.MIN_VALUE;
    for (Iterator<Expected> each = expected.iterator(); each.hasNext(); ) {
      Expected one = each.next();
      if (one.revision() <= revision) {
        asOfNanos = Math.max(asOfNanos, one.asOfNanos());
        each.remove();
      }
    }
    return asOfNanos;
  }

  boolean overdue(long nowNanos) {
    for (Expected one : expected) {
      if (one.deadlineNanos() != NEVER && nowNanos - one.deadlineNanos() >= 0) {
        return true;
      }
    }
    return false;
  }

  void clear() {
    expected.clear();
  }
}
