package detour.server.probe;

import detour.failover.model.ProbeTarget;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A lane whose time passes when the test says so; probes take as long as the test says.
final class FakeLane implements Lane {
  /// When a probe of the target ends, counted from its start, and how; null for never.
  record Answer(long afterNanos, ProbeResult result) {}

  record Started(ProbeTarget target, long atNanos) {
    long atMillis() {
      return TimeUnit.NANOSECONDS.toMillis(atNanos);
    }
  }

  /// A connection that was held, or still is.
  static final class FakeWire implements Held {
    private final ProbeTarget target;
    private final long openedNanos;
    private final Watcher watcher;
    private boolean over;

    private FakeWire(ProbeTarget target, long openedNanos, Watcher watcher) {
      this.target = target;
      this.openedNanos = openedNanos;
      this.watcher = watcher;
    }

    ProbeTarget target() {
      return target;
    }

    long openedNanos() {
      return openedNanos;
    }

    boolean held() {
      return !over;
    }

    private void open() {
      if (!over) {
        watcher.opened();
      }
    }

    /// The other side closes it.
    void lose() {
      if (!over) {
        over = true;
        watcher.lost();
      }
    }

    @Override
    public void release() {
      over = true;
    }
  }

  private record Timer(long atNanos, long order, Runnable task) {}

  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>((a, b) ->
          a.atNanos == b.atNanos
              ? Long.compare(a.order, b.order)
              : Long.compare(a.atNanos, b.atNanos));
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<Started> started = new ArrayList<>();
  private final Function<ProbeTarget, @Nullable Answer> answers;
  private final List<FakeWire> wires = new ArrayList<>();

  /// What is said of every target.
  OptionalInt portToHold = OptionalInt.empty();

  /// Whether connections can be opened.
  boolean wiresOpen = true;

  /// After how long the other side closes a connection; Long.MAX_VALUE for never.
  LongSupplier wireLifetimeNanos = () -> Long.MAX_VALUE;

  private long nowNanos;
  private long order;

  FakeLane(Function<ProbeTarget, @Nullable Answer> answers) {
    this.answers = answers;
  }

  long nowNanos() {
    return nowNanos;
  }

  List<Started> started() {
    return started;
  }

  /// All that were opened, in order.
  List<FakeWire> wires() {
    return wires;
  }

  List<Long> startedMillis() {
    return started.stream().map(Started::atMillis).toList();
  }

  /// Lets time pass, and everything happen that is to happen meanwhile.
  void advance(long millis) {
    long untilNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    runTasks();
    while (!timers.isEmpty() && timers.element().atNanos <= untilNanos) {
      Timer timer = timers.remove();
      nowNanos = Math.max(nowNanos, timer.atNanos);
      timer.task.run();
      runTasks();
    }
    nowNanos = untilNanos;
  }

  /// Lets time pass while the thread of the lane does nothing.
  void stall(long millis) {
    nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public void after(long delayNanos, Runnable task) {
    timers.add(new Timer(nowNanos + delayNanos, order++, task));
  }

  @Override
  public OptionalInt portToHold(ProbeTarget target) {
    return portToHold;
  }

  @Override
  public Held hold(ProbeTarget target, InetAddress address, int port, Watcher watcher) {
    FakeWire wire = new FakeWire(target, nowNanos, watcher);
    wires.add(wire);
    if (wiresOpen) {
      after(0, wire::open);
    } else {
      after(0, () -> watcher.notOpened(false));
    }
    long lifetimeNanos = wireLifetimeNanos.getAsLong();
    if (lifetimeNanos != Long.MAX_VALUE) {
      after(lifetimeNanos, wire::lose);
    }
    return wire;
  }

  @Override
  public void probe(ProbeTarget target, Consumer<ProbeResult> done) {
    started.add(new Started(target, nowNanos));
    Answer answer = answers.apply(target);
    if (answer != null) {
      after(answer.afterNanos, () -> done.accept(answer.result));
    }
  }
}
