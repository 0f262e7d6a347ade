package detour.server.publish;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Which services are to be judged again: those that something touched, and those whose time has
/// come. Publish thread only.
final class Agenda {
  private final Deque<LiveService> marked = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos));

  /// A moment at which time alone may change a service. One that was put off leaves its old timer
  /// behind, which does nothing.
  private record Timer(long atNanos, LiveService live) {}

  /// Marks a service to be judged again.
  void mark(LiveService live) {
    if (!live.dirty) {
      live.dirty = true;
      marked.add(live);
    }
  }

  /// Whether no service is marked.
  boolean isEmpty() {
    return marked.isEmpty();
  }

  /// The service that has been marked for the longest, which is not marked any more; null when none
  /// is.
  @Nullable LiveService take() {
    LiveService live = marked.poll();
    if (live != null) {
      live.dirty = false;
    }
    return live;
  }

  /// Sees to it that the service is marked when time alone may change it.
  void schedule(LiveService live) {
    if (live.nextEvaluationNanos != Long.MAX_VALUE && live.nextEvaluationNanos != live.timerNanos) {
      live.timerNanos = live.nextEvaluationNanos;
      timers.add(new Timer(live.nextEvaluationNanos, live));
    }
  }

  /// Marks those whose time has come.
  void markDue(long nowNanos) {
    for (Timer timer = timers.peek();
        timer != null && timer.atNanos() - nowNanos <= 0;
        timer = timers.peek()) {
      timers.poll();
      LiveService live = timer.live();
      if (live.timerNanos == timer.atNanos()) {
        live.timerNanos = Long.MAX_VALUE;
      }
      if (live.nextEvaluationNanos == timer.atNanos()) {
        mark(live);
      }
    }
  }

  /// When [#markDue] has something to do; Long.MAX_VALUE for never.
  long nextDueNanos() {
    Timer first = timers.peek();
    return first == null ? Long.MAX_VALUE : first.atNanos();
  }

  /// Forgets all services.
  void clear() {
    marked.clear();
    timers.clear();
  }
}
