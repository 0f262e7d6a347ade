package detour.server.probe;

import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What a lane has to do at which time: an ordered queue, and one timer of the lane for its head.
///
/// Nothing is searched for to be taken out: an entry says itself whether it still holds, and one
/// that does not is void when it comes up.
final class Agenda {
  private final Lane lane;
  private final LongSupplier nanoClock;
  private final Runnable wake;
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private boolean timerSet;
  private long timerNanos;

  /// @param wake called on the lane's thread when the head may be due
  Agenda(Lane lane, LongSupplier nanoClock, Runnable wake) {
    this.lane = lane;
    this.nanoClock = nanoClock;
    this.wake = wake;
  }

  /// A start of the target, in place of the one that was queued before.
  void start(ScheduledTarget target, long atNanos) {
    target.version++;
    entries.add(new Entry(atNanos, target, target.version, null));
  }

  /// The moment from which on the probe is overdue.
  void overdue(ProbeUnderWay probe, long atNanos) {
    entries.add(new Entry(atNanos, probe.target(), 0, probe));
  }

  /// Takes out the first entry that is due and holds; null for none.
  @Nullable Entry due(long nowNanos) {
    dropVoid();
    Entry head = entries.peek();
    return head != null && head.atNanos - nowNanos <= 0 ? entries.remove() : null;
  }

  /// Sets the lane's timer for what is first on the agenda. To be called after every change.
  void setTimer() {
    dropVoid();
    Entry head = entries.peek();
    if (head == null || (timerSet && timerNanos - head.atNanos <= 0)) {
      return;
    }
    timerSet = true;
    timerNanos = head.atNanos;
    long setForNanos = timerNanos;
    long delayNanos = Math.max(0, timerNanos - nanoClock.getAsLong());
    lane.after(
        delayNanos,
        () -> {
          if (timerSet && timerNanos == setForNanos) {
            timerSet = false;
          }
          wake.run();
        });
  }

  private void dropVoid() {
    while (!entries.isEmpty() && !entries.element().holds()) {
      entries.remove();
    }
  }

  /// @param version of the target, for a start
  /// @param probe null for a start
  record Entry(long atNanos, ScheduledTarget target, int version, @Nullable ProbeUnderWay probe)
      implements Comparable<Entry> {
    boolean holds() {
      return !target.removed() && (probe == null ? version == target.version : !probe.ended);
    }

    @Override
    public int compareTo(Entry other) {
      return Long.signum(atNanos - other.atNanos);
    }
  }
}
