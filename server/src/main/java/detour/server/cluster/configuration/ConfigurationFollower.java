package detour.server.cluster.configuration;

import detour.server.cluster.store.StoreFailure;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.RunningConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets a node run what is current in the store. Its thread, `configuration`, fetches a revision
/// that it is told of, has it applied, keeps a copy on the disk, and tells what came of it.
///
/// What cannot be fetched or written is tried again; what was refused is not, until it is told of
/// another or asked to.
public final class ConfigurationFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationFollower.class);
  private static final long STOP_MILLIS = 1_000;

  private final ConfigurationHistory history;
  private final ConfigurationCopy copy;
  private final Applying applying;
  private final Consumer<RunningConfiguration> teller;
  private final Metrics metrics;
  private final Duration retry;
  private final BlockingQueue<News> inbox = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::run, "configuration");

  private volatile boolean stopping;
  private @Nullable Revision wanted;

  private @Nullable Revision running;
  private @Nullable Revision refused;
  private String problem = "";
  private @Nullable SharedText uncopied;
  private volatile RunningConfiguration state = RunningConfiguration.NONE;

  private sealed interface News {
    record Current(Revision revision) implements News {}

    record Again() implements News {}
  }

  /// Who applies a configuration on this node.
  @FunctionalInterface
  public interface Applying {
    /// Applies it whole or not at all, and returns when either is done.
    ///
    /// @return why it was refused, in lines; null when it is in force
    @Nullable String apply(Revision revision, SharedText text) throws InterruptedException;
  }

  /// @param copy where the one that runs is kept
  /// @param running what the node runs from the start; null for nothing
  /// @param trouble what is wrong from the start; empty when nothing is
  /// @param teller told of each change, on the thread `configuration`
  /// @param retry after which what failed is tried again
  public ConfigurationFollower(
      ConfigurationHistory history,
      ConfigurationCopy copy,
      @Nullable Revision running,
      String trouble,
      Applying applying,
      Consumer<RunningConfiguration> teller,
      Metrics metrics,
      Duration retry) {
    this.history = history;
    this.copy = copy;
    this.running = running;
    this.problem = trouble;
    this.applying = applying;
    this.teller = teller;
    this.metrics = metrics;
    this.retry = retry;
    thread.setDaemon(true);
  }

  public void start() {
    tell();
    thread.start();
  }

  /// What this node runs. Any thread.
  public RunningConfiguration state() {
    return state;
  }

  /// The store says what all nodes shall run. Returns at once; any thread.
  ///
  /// @param value the entry `config/current` as it is in the store; null when it is gone, whereupon
  ///   this node goes on with what it runs
  public void current(byte @Nullable [] value) {
    if (value == null) {
      LOG.warn("the store has no configuration any more; this node goes on with the one it runs");
      return;
    }
    try {
      inbox.add(new News.Current(ConfigurationRecords.revision(value)));
    } catch (UnreadableConfiguration e) {
      LOG.error("the store's current configuration cannot be read: {}", e.getMessage());
    }
  }

  /// Tries once more what was refused, as after the node's own part has changed.
  public void again() {
    inbox.add(new News.Again());
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean done = true;
    while (!stopping) {
      try {
        hear(done ? inbox.take() : inbox.poll(retry.toNanos(), TimeUnit.NANOSECONDS));
        Revision next = next();
        done = next == null || follow(next);
        done &= keepCopy();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) {
        metrics.count(Counter.CLUSTER_FAILURES);
        LOG.error("the configuration could not be followed", e);
        done = false;
      }
    }
  }

  private void hear(@Nullable News first) {
    for (News news = first; news != null; news = inbox.poll()) {
      switch (news) {
        case News.Current(var revision) -> wanted = revision;
        case News.Again() -> refused = null;
      }
    }
  }

  /// What is to be run and is not yet; null for nothing.
  private @Nullable Revision next() {
    Revision next = wanted;
    Revision not = refused;
    if (next == null || (not != null && next.is(not))) {
      return null;
    }
    Revision now = running;
    return not == null && now != null && next.is(now) ? null : next;
  }

  /// @return false when it has to be tried again
  private boolean follow(Revision next) throws InterruptedException {
    Revision before = running;
    if (before != null && next.is(before)) {
      // What was refused has been taken back.
      refused = null;
      problem = "";
      tell();
      return true;
    }
    SharedText text;
    try {
      Optional<SharedText> found = history.text(next);
      if (found.isEmpty()) {
        // It was replaced long ago, or its text is removed: what is current now is on its way.
        problem("revision " + next.number() + " has no text in the store: push it again");
        return false;
      }
      text = found.get();
    } catch (StoreFailure e) {
      problem("revision " + next.number() + " cannot be fetched: " + e.getMessage());
      return false;
    } catch (UnreadableConfiguration e) {
      refuse(next, e.getMessage());
      return true;
    }
    String why = applying.apply(next, text);
    if (why != null) {
      refuse(next, why);
      return true;
    }
    running = next;
    refused = null;
    problem = "";
    uncopied = text;
    return true;
  }

  private void refuse(Revision next, String why) {
    metrics.count(Counter.CONFIGURATIONS_REFUSED);
    refused = next;
    problem = why.lines().findFirst().orElse("no reason was given");
    LOG.error("revision {} of the configuration was refused here: {}", next.number(), why);
    tell();
  }

  /// @return false when it has to be tried again
  private boolean keepCopy() {
    Revision revision = running;
    SharedText text = uncopied;
    if (text == null || revision == null) {
      return true;
    }
    try {
      copy.write(revision, text);
      uncopied = null;
      if (refused == null) {
        problem = "";
      }
    } catch (IOException e) {
      problem("its copy could not be written, so a restart needs the store: " + e);
    }
    tell();
    return uncopied == null;
  }

  private void problem(String what) {
    if (!Objects.equals(problem, what)) {
      problem = what;
      LOG.warn("{}", what);
      tell();
    }
  }

  private void tell() {
    Revision now = running;
    Revision not = refused;
    state =
        new RunningConfiguration(
            now == null ? 0 : now.number(), not == null ? 0 : not.number(), problem);
    teller.accept(state);
  }
}
