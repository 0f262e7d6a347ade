package detour.server.cluster;

import detour.failover.model.Health;
import detour.server.cluster.store.Change;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Write;
import detour.server.publish.Digest;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Peers.PeerOpinion;
import detour.server.publish.TargetKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What this vantage thinks, told to the others at transitions only: as many at once as one
/// transaction takes, and no more than twenty transactions a second, whatever fails at once. What
/// turns and turns back before it was told is not told. Cluster thread only.
final class OwnOpinions implements Transaction.Source {
  private static final long BETWEEN_BATCHES_NANOS = 50_000_000L;

  private final Membership settings;
  private final Keys keys;

  /// What the others are to know, by [TargetKey#shared].
  private final Map<String, PeerOpinion> wanted = new HashMap<>();

  /// What the store holds, as far as is known.
  private final Map<String, Stored> stored = new HashMap<>();

  /// The latest revision at which one was removed: what is told of one that is not held, and is
  /// older, was before its removal.
  private long removedRevision;

  /// Where nobody knows whether what was sent last was stored: it is sent again, whatever is wanted
  /// by then.
  private final Set<String> uncertain = new HashSet<>();

  /// Where the two may differ.
  private final Set<String> dirty = new LinkedHashSet<>();

  /// Those of them that were so when [#owe] was called: all that others wait for before they count
  /// on this vantage. With very many targets some opinion or other turns at any moment.
  private final Set<String> owed = new HashSet<>();

  private long digest;
  private boolean listed;
  private long nextBatchNanos = Long.MIN_VALUE;

  /// Of whom the batch under way tells; empty while none is.
  private Set<String> underWay = Set.of();

  /// Since when nothing was told although something waits.
  private long waitingSinceNanos;

  private record Stored(Health health, long revision) {}

  OwnOpinions(Membership settings, Keys keys) {
    this.settings = settings;
    this.keys = keys;
  }

  /// Everything that this vantage thinks.
  void all(Collection<SavedOpinion> opinions) {
    if (!settings.role().probes()) {
      return;
    }
    dirty.addAll(wanted.keySet());
    wanted.clear();
    opinions.forEach(this::turned);
  }

  /// One opinion that is new.
  void turned(SavedOpinion opinion) {
    if (!settings.role().probes()) {
      return;
    }
    String target = TargetKey.shared(opinion.target());
    if (opinion.health() == Health.UNKNOWN) {
      wanted.remove(target);
    } else {
      wanted.put(target, new PeerOpinion(opinion.health(), opinion.since()));
    }
    dirty.add(target);
  }

  /// Whether it is known what the store holds.
  boolean listed() {
    return listed;
  }

  /// Begins to look out for the moment at which the others know everything that this vantage thinks
  /// by now.
  void owe() {
    owed.clear();
    owed.addAll(dirty);
    owed.addAll(underWay);
  }

  /// Whether the others know everything that was thought when [#owe] was called, as it was then or
  /// as it is since.
  boolean told() {
    return listed && owed.isEmpty();
  }

  /// Takes note of whether anything waits to be told at this moment. To be called with each step.
  void noteWaiting(long nowNanos) {
    if (underWay.isEmpty() && dirty.isEmpty()) {
      waitingSinceNanos = nowNanos;
    }
  }

  /// For how long something waits to be told and none of it could be, by what was noted last; 0
  /// while nothing waits.
  long stuckNanos(long nowNanos) {
    return !underWay.isEmpty() || !dirty.isEmpty() ? nowNanos - waitingSinceNanos : 0;
  }

  /// How many opinions the store holds.
  int count() {
    return stored.size();
  }

  /// Over the opinions that the store holds, as others compute it.
  long digest() {
    return digest;
  }

  static long digestOf(String target, Health health) {
    return Digest.of(target + " " + health);
  }

  /// Takes in what the whole store holds.
  void listed(Listing listing) {
    removedRevision = listing.revision();
    stored.clear();
    digest = 0;
    for (Entry entry : listing.entries()) {
      if (keys.subject(entry.key()) instanceof Keys.Subject.Opinion opinion
          && opinion.vantage().equals(settings.node())) {
        Health health =
            Records.opinion(entry.value()).map(PeerOpinion::health).orElse(Health.UNKNOWN);
        store(opinion.target(), health, entry.modRevision());
      }
    }
    dirty.addAll(wanted.keySet());
    dirty.addAll(stored.keySet());
    listed = true;
    owe();
  }

  /// Somebody else changed what this vantage had told.
  void changed(String target, Change change) {
    Stored known = stored.get(target);
    if (change.revision() <= (known == null ? removedRevision : known.revision())) {
      return;
    }
    switch (change) {
      case Change.Put(Entry entry) ->
          store(
              target,
              Records.opinion(entry.value()).map(PeerOpinion::health).orElse(Health.UNKNOWN),
              change.revision());
      case Change.Removed _ -> store(target, null, change.revision());
    }
    dirty.add(target);
    owed.add(target);
  }

  @Override
  public @Nullable Transaction next(long nowNanos) {
    if (!listed || dirty.isEmpty() || nextBatchNanos > nowNanos) {
      return null;
    }
    Map<String, @Nullable Health> batch = new LinkedHashMap<>();
    List<Write> writes = new ArrayList<>();
    Iterator<String> targets = dirty.iterator();
    while (targets.hasNext() && writes.size() < SharedStore.OPERATIONS_MAX) {
      String target = targets.next();
      targets.remove();
      PeerOpinion opinion = wanted.get(target);
      Health next = opinion == null ? null : opinion.health();
      Stored known = stored.get(target);
      if (next == (known == null ? null : known.health()) && !uncertain.contains(target)) {
        owed.remove(target);
        continue;
      }
      String key = keys.opinion(settings.node(), target);
      writes.add(
          opinion == null
              ? new Write.Remove(key)
              : new Write.Put(key, Records.opinion(opinion.health(), opinion.since())));
      batch.put(target, next);
    }
    if (writes.isEmpty()) {
      return null;
    }
    nextBatchNanos = nowNanos + BETWEEN_BATCHES_NANOS;
    underWay = batch.keySet();
    return new Transaction(List.of(), writes, new Batch(batch, nowNanos));
  }

  @Override
  public long nextDueNanos() {
    return listed && !dirty.isEmpty() ? nextBatchNanos : Long.MAX_VALUE;
  }

  private void store(String target, @Nullable Health health, long revision) {
    Stored before;
    if (health == null) {
      before = stored.remove(target);
      removedRevision = Math.max(removedRevision, revision);
    } else {
      before = stored.put(target, new Stored(health, revision));
    }
    digest -= before == null ? 0 : digestOf(target, before.health());
    digest += health == null ? 0 : digestOf(target, health);
  }

  private final class Batch implements Transaction.Outcome {
    private final Map<String, @Nullable Health> written;
    private final long sentNanos;

    Batch(Map<String, @Nullable Health> written, long sentNanos) {
      this.written = written;
      this.sentNanos = sentNanos;
    }

    @Override
    public void committed(long revision) {
      underWay = Set.of();
      waitingSinceNanos = sentNanos;
      written.forEach((target, health) -> store(target, health, revision));
      owed.removeAll(written.keySet());
      uncertain.removeAll(written.keySet());
    }

    @Override
    public void refused(Listing present) {
      throw new IllegalStateException("opinions have no conditions");
    }

    @Override
    public void failed(StoreFailure why) {
      underWay = Set.of();
      dirty.addAll(written.keySet());
      if (why.outcomeUnknown()) {
        uncertain.addAll(written.keySet());
      }
    }
  }
}
