package detour.server.cluster;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.cluster.store.SharedStore;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Cluster;
import detour.server.publish.ClusterState;
import detour.server.publish.Inbox;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Latch;
import detour.server.publish.RunningConfiguration;
import detour.server.publish.Serving;
import detour.server.publish.Time;
import detour.server.trend.OtherSights;
import detour.server.trend.Sight;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's part in a cluster. Its thread, `cluster`, takes what it is told and what the store
/// answers, one after the other, and lets [Participation] do what is due.
///
/// What it is told before [#start] waits until then.
public final class ClusterNode implements Cluster, OtherSights, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);
  private static final int BATCH = 1_024;
  private static final long SHOWN_EVERY_NANOS = 250_000_000L;
  private static final long FAILED_WAIT_NANOS = 100_000_000L;

  /// For how long taking leave may hold up a stop; without it the others wait for the lease to end.
  private static final long LEAVE_MILLIS = 2_000;

  /// For how long whoever looks waits for the thread.
  private static final long LOOK_MILLIS = 2_000;

  private static final long STOP_MILLIS = LEAVE_MILLIS + 1_000;

  private final Membership settings;
  private final SharedStore store;
  private final Time time;
  private final Metrics metrics;
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private ConfigurationListener configuration = ConfigurationListener.NOBODY;
  private Function<String, Sight> drawing;
  private @Nullable Participation core;
  private @Nullable Thread thread;
  private volatile @Nullable ClusterState state;
  private long showAtNanos = Long.MIN_VALUE;
  private volatile boolean stopping;

  /// @param store the caller's to close, after this
  public ClusterNode(Membership settings, SharedStore store, Time time, Metrics metrics) {
    this.settings = settings;
    this.store = store;
    this.time = time;
    this.metrics = metrics;
    drawing = _ -> new Sight(time.now(), "it keeps no results of its probes", 0, List.of());
  }

  /// To be called before [#start].
  ///
  /// @param drawing what the probes of this vantage found of the service of this name; called by a
  ///   virtual thread when another node asks
  public void show(Function<String, Sight> drawing) {
    this.drawing = drawing;
  }

  /// To be called before [#start], where the configuration comes from the store.
  public void follow(ConfigurationListener listener) {
    configuration = listener;
  }

  /// Joins the cluster. To be called once.
  ///
  /// @param inbox told what the others say
  public void start(Inbox inbox) {
    Participation starting = begin(inbox, RandomGenerator.getDefault());
    thread = Thread.ofPlatform().name("cluster").start(() -> run(starting));
  }

  /// As [#start], for a caller that takes the turns itself.
  Participation begin(Inbox inbox, RandomGenerator chance) {
    Participation starting =
        new Participation(
            settings, store, time, inbox, metrics, tasks::add, chance, configuration, this::draw);
    core = starting;
    return starting;
  }

  private CompletableFuture<byte[]> draw(String service) {
    return CompletableFuture.supplyAsync(
        () -> SightRecords.bounded(drawing.apply(service)),
        task -> {
          var _ = Thread.ofVirtual().name("sights").start(task);
        });
  }

  /// Does all that is to be done now, without waiting.
  ///
  /// @return when there will be more to do if nothing is told; Long.MAX_VALUE for never
  long turn(Participation running) {
    long due = running.nextDueNanos();
    while (!tasks.isEmpty() || due <= time.nowNanos()) {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      running.step();
      due = running.nextDueNanos();
    }
    return due;
  }

  /// The cluster as this node sees it, a quarter of a second ago; null before [#start]. Any thread.
  public @Nullable ClusterState state() {
    return state;
  }

  @Override
  public Told look(String service) {
    CompletableFuture<Look> answer = new CompletableFuture<>();
    tell(core -> answer.complete(core.look(service)));
    try {
      return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS).told();
    } catch (TimeoutException | ExecutionException e) {
      return new Told("this node is busy with the cluster: look again soon", Map.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Told("this node stops", Map.of());
    }
  }

  @Override
  public void opinions(Collection<SavedOpinion> all) {
    List<SavedOpinion> copy = List.copyOf(all);
    tell(core -> core.opinions(copy));
  }

  @Override
  public void opinion(SavedOpinion transition) {
    tell(core -> core.opinion(transition));
  }

  @Override
  public void impaired(boolean impaired, String finding) {
    tell(core -> core.impaired(impaired, finding));
  }

  @Override
  public void serves(Serving serving) {
    tell(core -> core.serves(serving));
  }

  /// Tells the others which configuration runs here.
  public void runs(RunningConfiguration now) {
    tell(core -> core.runs(now));
  }

  @Override
  public void moved(Latch latch) {
    tell(core -> core.moved(latch));
  }

  @Override
  public CompletableFuture<Void> failBack(Latch wanted) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    tell(core -> core.failBack(wanted, answer));
    return answer;
  }

  @Override
  public CompletableFuture<Void> override(OverridePath path, @Nullable OperatorOverride override) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    tell(core -> core.override(path, override, SharedOverrides.NOT_JUDGED, answer));
    return answer;
  }

  @Override
  public CompletableFuture<Void> override(
      OverridePath path, @Nullable OperatorOverride override, long heardRevision) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    tell(core -> core.override(path, override, heardRevision, answer));
    return answer;
  }

  /// Leaves the cluster, and waits until the others know, if they can be told: up to 2 s. The
  /// store's to close only then.
  @Override
  public void close() {
    stopping = true;
    tasks.add(() -> LOG.debug("asked to stop"));
    Thread running = thread;
    if (running != null) {
      try {
        running.join(STOP_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private interface Telling {
    void tell(Participation core);
  }

  private void tell(Telling telling) {
    tasks.add(() -> {
      Participation running = core;
      if (running != null) {
        telling.tell(running);
      }
    });
  }

  private void run(Participation running) {
    long leastWaitNanos = 0;
    while (!stopping) {
      try {
        running.step();
        show(running);
        leastWaitNanos = 0;
      } catch (RuntimeException | Error e) {
        failed(e);
        leastWaitNanos = FAILED_WAIT_NANOS;
      }
      try {
        takeBatch(running, leastWaitNanos);
      } catch (InterruptedException e) {
        stopping = true;
      }
    }
    leave(running);
  }

  private static void leave(Participation running) {
    try {
      running.end().get(LEAVE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.info(
          "the other nodes could not be told that this one leaves: they wait for its lease to end"
              + " ({})",
          e instanceof ExecutionException
              ? Outbox.failure(e.getCause()).getMessage()
              : "no answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void show(Participation running) {
    long nowNanos = time.nowNanos();
    if (nowNanos >= showAtNanos) {
      state = running.state();
      showAtNanos = nowNanos + SHOWN_EVERY_NANOS;
    }
  }

  private void takeBatch(Participation running, long leastWaitNanos) throws InterruptedException {
    long untilDue = running.nextDueNanos() - time.nowNanos();
    long wait = Math.clamp(untilDue, leastWaitNanos, SHOWN_EVERY_NANOS);
    Runnable task = tasks.poll(wait, TimeUnit.NANOSECONDS);
    for (int taken = 0; task != null; taken++) {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        failed(e);
      }
      task = taken < BATCH ? tasks.poll() : null;
    }
  }

  /// This thread goes on whatever happens: without it this node would be alone.
  private void failed(Throwable cause) {
    metrics.count(Counter.CLUSTER_FAILURES);
    LOG.error("a step of the cluster failed", cause);
  }
}
