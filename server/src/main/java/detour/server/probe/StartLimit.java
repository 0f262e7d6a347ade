package detour.server.probe;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// How many probes of a lane may be under way at one time, and who waits for whom.
///
/// A probe that hangs takes its place for a whole timeout, a good one for milliseconds; and a
/// target that hangs is probed several times at once to confirm it. So probes of targets that fail,
/// or are suspected to, start only while such probes have less than half of the places, and what
/// waits of the others starts first: however many targets hang, the rest find places.
final class StartLimit {
  private final int max;
  private final int doubtfulMax;
  private final Queue<ScheduledTarget> waiting = new ArrayDeque<>();
  private final Queue<ScheduledTarget> doubtfulWaiting = new ArrayDeque<>();
  private int underWay;
  private int doubtfulUnderWay;

  /// @param max at least 1
  StartLimit(int max) {
    this.max = max;
    this.doubtfulMax = Math.max(1, max / 2);
  }

  boolean hasRoom(boolean doubtful) {
    return underWay < max && (!doubtful || doubtfulUnderWay < doubtfulMax);
  }

  void started(ProbeUnderWay probe) {
    underWay++;
    doubtfulUnderWay += probe.doubtful ? 1 : 0;
  }

  /// The probe, which started without doubt, is overdue.
  void doubted(ProbeUnderWay probe) {
    if (!probe.doubtful) {
      probe.doubtful = true;
      doubtfulUnderWay++;
    }
  }

  void ended(ProbeUnderWay probe) {
    underWay--;
    doubtfulUnderWay -= probe.doubtful ? 1 : 0;
  }

  /// Queues a target until [#next] gives it out.
  void await(ScheduledTarget target) {
    (target.doubtful() ? doubtfulWaiting : waiting).add(target);
  }

  /// The next target that waits and for which there is room; null for none.
  @Nullable ScheduledTarget next() {
    if (underWay >= max) {
      return null;
    }
    ScheduledTarget first = waiting.poll();
    return first == null && doubtfulUnderWay < doubtfulMax ? doubtfulWaiting.poll() : first;
  }
}
