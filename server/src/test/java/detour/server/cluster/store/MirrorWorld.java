package detour.server.cluster.store;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;

/// A mirror of a simulated store, in a time that the test moves on.
final class MirrorWorld implements MirrorListener {
  static final String PREFIX = "/detour/test/";
  private static final long STEP_NANOS = 100_000_000L;

  private final Queue<Runnable> owners = new ArrayDeque<>();
  private final List<String> told = new ArrayList<>();
  private final Map<String, String> rebuilt = new TreeMap<>();
  private final Metrics metrics = new Metrics();
  private long nanos;
  private int listings;

  final SimulatedStore store = new SimulatedStore(() -> nanos);
  final SimulatedClient client = store.client();
  final SimulatedClient other = store.client();
  final Mirror mirror;

  MirrorWorld(long seed) {
    this.mirror =
        new Mirror(
            client,
            PREFIX,
            MirrorSettings.DEFAULT,
            owners::add,
            () -> nanos,
            new Random(seed),
            metrics,
            this);
  }

  @Override
  public void changed(List<Change> changes, boolean fresh) {
    if (fresh) {
      listings++;
      told.add("listed");
    }
    for (Change change : changes) {
      switch (change) {
        case Change.Put put -> {
          told.add(name(put.key()) + "=" + put.entry().text());
          rebuilt.put(put.key(), put.entry().text());
        }
        case Change.Removed removed -> {
          told.add(name(removed.key()) + " removed");
          rebuilt.remove(removed.key());
        }
      }
    }
  }

  private static String name(String key) {
    return key.substring(PREFIX.length());
  }

  /// What the listener was told, and forgets.
  List<String> told() {
    List<String> lines = List.copyOf(told);
    told.clear();
    return lines;
  }

  /// What somebody who only listens believes.
  Map<String, String> rebuilt() {
    return rebuilt;
  }

  Map<String, String> mirrored() {
    Map<String, String> texts = new TreeMap<>();
    mirror.entries(PREFIX).forEach(entry -> texts.put(entry.key(), entry.text()));
    return texts;
  }

  Map<String, String> stored() {
    Map<String, String> texts = new TreeMap<>(store.texts());
    texts.keySet().removeIf(key -> !key.startsWith(PREFIX));
    return texts;
  }

  int listings() {
    return listings;
  }

  long count(Counter counter) {
    return metrics.value(counter);
  }

  long nowNanos() {
    return nanos;
  }

  Duration age() {
    return Duration.ofNanos(mirror.ageNanos().orElseThrow());
  }

  void pass(Duration time) {
    long until = nanos + time.toNanos();
    while (nanos < until) {
      settle();
      nanos += STEP_NANOS;
    }
    settle();
  }

  private void settle() {
    mirror.tick();
    store.run();
    for (Runnable next = owners.poll(); next != null; next = owners.poll()) {
      next.run();
    }
  }

  /// Writes past the mirror's client, at once.
  long put(String name, String value) {
    return write(new Write.Put(PREFIX + name, value.getBytes(StandardCharsets.UTF_8)));
  }

  long remove(String name) {
    return write(new Write.Remove(PREFIX + name));
  }

  long putElsewhere(String value) {
    return write(new Write.Put("/else/where", value.getBytes(StandardCharsets.UTF_8)));
  }

  private long write(Write write) {
    return ((Commit.Committed) store.commit(List.of(), List.of(write))).revision();
  }
}
