package detour.server.cluster.store;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/// A real etcd as one node sees it: a store, and a mirror of it on a thread of its own.
final class FollowedEtcd implements AutoCloseable {
  static final String PREFIX = "/detour/test/";
  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final MirrorSettings SETTINGS =
      new MirrorSettings(
          Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMinutes(10), 1000);

  final Metrics metrics = new Metrics();
  final EtcdStore store;
  final AtomicInteger listings = new AtomicInteger();
  private final Map<String, String> rebuilt = new TreeMap<>();
  private final ScheduledExecutorService owner =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
  private final Mirror mirror;

  FollowedEtcd(URI... endpoints) {
    this(
        new EtcdSettings(
            List.of(endpoints),
            null,
            null,
            null,
            null,
            null,
            Duration.ofMillis(500),
            Duration.ofSeconds(1)));
  }

  FollowedEtcd(EtcdSettings settings) {
    store = new EtcdStore(settings, System::nanoTime, new Random(1), metrics);
    mirror =
        new Mirror(
            store,
            PREFIX,
            SETTINGS,
            owner,
            System::nanoTime,
            new Random(2),
            metrics,
            (changes, fresh) -> {
              listings.addAndGet(fresh ? 1 : 0);
              for (Change change : changes) {
                switch (change) {
                  case Change.Put put -> rebuilt.put(put.key(), put.entry().text());
                  case Change.Removed removed -> rebuilt.remove(removed.key());
                }
              }
            });
    var _ = owner.scheduleWithFixedDelay(mirror::tick, 0, 50, TimeUnit.MILLISECONDS);
  }

  /// What somebody believes who only listens to the mirror.
  Map<String, String> heard() {
    return CompletableFuture.supplyAsync(() -> (Map<String, String>) new TreeMap<>(rebuilt), owner)
        .join();
  }

  boolean reachable() {
    return CompletableFuture.supplyAsync(mirror::reachable, owner).join();
  }

  Duration age() {
    return CompletableFuture.supplyAsync(mirror::ageNanos, owner)
        .thenApply(age -> Duration.ofNanos(age.orElse(Long.MAX_VALUE)))
        .join();
  }

  void awaitHeard(String name, String value) {
    Awaitility.await().atMost(PATIENCE).until(() -> value.equals(heard().get(PREFIX + name)));
  }

  long count(Counter counter) {
    return metrics.value(counter);
  }

  CompletableFuture<Commit> put(String name, String value) {
    return store.commit(List.of(), List.of(write(name, value)));
  }

  CompletableFuture<Commit> create(String name, String value) {
    return store.commit(List.of(new Condition.Absent(PREFIX + name)), List.of(write(name, value)));
  }

  private static Write write(String name, String value) {
    return new Write.Put(PREFIX + name, value.getBytes(StandardCharsets.UTF_8));
  }

  /// As an operator or a patient node does: again until it is done.
  void putPatiently(String name, String value) {
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> put(name, value).join() != null);
  }

  static StoreFailure failureOf(CompletableFuture<?> future) {
    try {
      Object unexpected = future.orTimeout(60, TimeUnit.SECONDS).join();
      throw new AssertionError("no failure: " + unexpected);
    } catch (CompletionException e) {
      return StoreFailure.of(e);
    }
  }

  @Override
  public void close() {
    if (!owner.isShutdown()) {
      CompletableFuture.runAsync(mirror::close, owner).join();
      owner.shutdownNow();
    }
    store.close();
  }
}
