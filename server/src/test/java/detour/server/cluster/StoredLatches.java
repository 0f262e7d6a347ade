package detour.server.cluster;

import static detour.server.cluster.Invariants.require;

import detour.server.cluster.store.Change;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.WatchListener;
import detour.server.publish.Latch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All latches that a simulated store ever held, and what must hold for each change of one.
///
/// - An epoch follows the one before; nobody but a human removes a latch.
/// - None moves while all starts, nor when nothing happened for long; after everything was healed
///   each moves a few times at most.
/// - What a newer version knows of a latch or an override survives an older one.
final class StoredLatches {
  /// After so long without anything that happened all have decided.
  private static final Duration QUIET = Duration.ofSeconds(75);

  /// As far back as there are pools, and once because of what was on its way.
  private static final int MOVES_WHEN_HEALED = 4;

  private final SimulatedCluster cluster;
  private final Keys keys = Keys.of("default");

  /// Those since the store lost or was given them, in order.
  private final Map<String, List<Latch>> latches = new HashMap<>();

  private final Set<Latch> everHeld = new HashSet<>();
  private final Set<String> newer = new HashSet<>();
  private final Map<String, Integer> movesWhenHealed = new HashMap<>();

  /// A key that somebody removes by hand.
  private @Nullable String removing;

  private long agreedNanos;
  private long wentBackNanos = Long.MIN_VALUE / 2;

  StoredLatches(SimulatedCluster cluster) {
    this.cluster = cluster;
    watch(2);
  }

  private void watch(long fromRevision) {
    var _ =
        cluster
            .store()
            .client()
            .watch(
                keys.root(),
                fromRevision,
                new WatchListener() {
                  @Override
                  public void changed(List<Change> changes) {
                    changes.forEach(StoredLatches.this::changed);
                  }

                  @Override
                  public void ended(StoreFailure why) {
                    throw new AssertionError(why);
                  }
                });
  }

  /// Whether the store ever held this latch.
  boolean everHeld(Latch latch) {
    return everHeld.contains(latch);
  }

  /// What the store holds; null for nothing.
  @Nullable Latch last(String key) {
    List<Latch> known = latches.getOrDefault(key, List.of());
    return known.isEmpty() ? null : known.getLast();
  }

  /// Whether no latch or override changed for so long.
  boolean unchangedFor(Duration duration) {
    return cluster.nowNanos() - agreedNanos >= duration.toNanos();
  }

  /// Somebody removes the key by hand, now.
  void removing(String key) {
    removing = key;
  }

  /// The store holds what it held long ago.
  void storeWentBack() {
    wentBackNanos = cluster.nowNanos();
    latches.clear();
    newer.clear();
    agreedNanos = cluster.nowNanos();
    cluster
        .store()
        .texts()
        .keySet()
        .forEach(key -> {
          Entry entry = cluster.store().entry(key);
          if (entry != null && keys.subject(key) instanceof Keys.Subject.Latch subject) {
            Latch latch = read(entry, subject);
            latches.put(latch.key(), new ArrayList<>(List.of(latch)));
          }
        });
    watch(cluster.store().revision() + 1);
  }

  private void changed(Change change) {
    switch (keys.subject(change.key())) {
      case Keys.Subject.Latch subject -> {
        agreedNanos = cluster.nowNanos();
        switch (change) {
          case Change.Put(Entry entry) -> {
            fieldsSurvive(entry);
            written(read(entry, subject));
          }
          case Change.Removed(String key, long _) -> {
            require(key.equals(removing), "somebody removed %s", key);
            latches.remove(subject.key());
            newer.remove(key);
          }
        }
      }
      case Keys.Subject.Overriding _ -> {
        agreedNanos = cluster.nowNanos();
        switch (change) {
          case Change.Put(Entry entry) -> fieldsSurvive(entry);
          case Change.Removed(String key, long _) -> {
            require(key.equals(removing), "somebody removed %s", key);
            newer.remove(key);
          }
        }
      }
      case null, default -> {}
    }
    removing = change.key().equals(removing) ? null : removing;
  }

  private static Latch read(Entry entry, Keys.Subject.Latch subject) {
    return Records.latch(entry.value(), subject.service(), subject.family()).orElseThrow();
  }

  private void fieldsSurvive(Entry entry) {
    boolean isNewer = NewerStore.isNewer(entry.value());
    require(isNewer || !newer.contains(entry.key()), "fields were lost: %s", entry);
    if (isNewer) {
      newer.add(entry.key());
    }
  }

  private void written(Latch latch) {
    List<Latch> known = latches.computeIfAbsent(latch.key(), _ -> new ArrayList<>());
    long expected = known.isEmpty() ? 1 : known.getLast().epoch() + 1;
    cluster.note(
        "latch %s epoch %d: %s by %s"
            .formatted(latch.key(), latch.epoch(), latch.pool(), latch.by()));
    require(latch.epoch() == expected, "%s skips epochs: %s after %s", latch.key(), latch, known);
    known.add(latch);
    everHeld.add(latch);
    if (known.size() > 1) {
      moved(latch);
    }
  }

  private void moved(Latch latch) {
    boolean changing = cluster.world().has(SimulatedWorld.Trait.ROLLING_CHANGE);
    switch (cluster.phase()) {
      case CALM -> throw new AssertionError("moved though nothing has happened: " + latch);
      case FAULTS ->
          require(
              changing || !cluster.isQuietFor(QUIET),
              "moved though nothing has happened for %s: %s",
              QUIET,
              latch);
      case HEALED, OVER -> {
        if (cluster.nowNanos() - wentBackNanos < Invariants.TOLD_ANEW_NANOS) {
          // Who has just started believes what the store held long ago, and the others do not.
          return;
        }
        int moves = movesWhenHealed.merge(latch.key(), 1, Integer::sum);
        require(moves <= MOVES_WHEN_HEALED, "moved %s times though all is well: %s", moves, latch);
      }
    }
  }
}
