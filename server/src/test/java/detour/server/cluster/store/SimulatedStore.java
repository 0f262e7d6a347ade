package detour.server.cluster.store;

import detour.server.cluster.store.StoreFailure.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A store in memory whose time is the caller's: nothing happens but in [#run()], and the same
/// calls at the same moments always give the same. One thread.
///
/// Each node has a client of its own, whose way to the store can be made slow, cut or treacherous.
public final class SimulatedStore {
  private static final long RESTORED_LEASE_NANOS = 10_000_000_000L;

  private final LongSupplier nanos;
  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private final List<List<Change>> history = new ArrayList<>();
  private final Map<Long, SimulatedLease> leases = new LinkedHashMap<>();
  private final List<SimulatedClient.SimulatedWatch> watches = new ArrayList<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long revision = 1;
  private int generation;
  private int valueBytesMax = Integer.MAX_VALUE;
  private long compacted;
  private long leasesGranted;
  private long eventsPlanned;

  private record Event(long atNanos, long order, Runnable happening) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return atNanos != other.atNanos
          ? Long.compare(atNanos, other.atNanos)
          : Long.compare(order, other.order);
    }
  }

  private static final class SimulatedLease {
    private final long timeToLiveNanos;
    private final long grantedRevision;
    private long endsNanos;

    SimulatedLease(long timeToLiveNanos, long grantedRevision, long nowNanos) {
      this.timeToLiveNanos = timeToLiveNanos;
      this.grantedRevision = grantedRevision;
      this.endsNanos = nowNanos + timeToLiveNanos;
    }
  }

  /// @param nanos the caller's clock, which goes forward between calls of [#run()]
  public SimulatedStore(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// One node's way to the store, without faults at first.
  public SimulatedClient client() {
    return new SimulatedClient(this);
  }

  /// Does what is due by now, in the order of its time: answers arrive, watches tell, leases end.
  public void run() {
    while (true) {
      long now = nanos.getAsLong();
      long ending = firstLeaseToEnd();
      long endsNanos = ending == 0 ? Long.MAX_VALUE : lease(ending).endsNanos;
      Event next = events.peek();
      if (endsNanos <= now && (next == null || endsNanos <= next.atNanos())) {
        revokeLease(ending);
      } else if (next != null && next.atNanos() <= now) {
        events.remove();
        next.happening().run();
      } else {
        return;
      }
    }
  }

  /// When the next thing happens by itself; empty when nothing will.
  public OptionalLong nextNanos() {
    Event event = events.peek();
    long next = event == null ? Long.MAX_VALUE : event.atNanos();
    long ending = firstLeaseToEnd();
    if (ending != 0) {
      next = Math.min(next, lease(ending).endsNanos);
    }
    return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(next);
  }

  /// From now on takes no longer values, as an etcd that limits its requests.
  public void refuseLongerThan(int bytes) {
    valueBytesMax = bytes;
  }

  /// Tells no watch of revisions before the present one any more.
  public void compact() {
    compacted = revision;
  }

  /// As when the store was restored from a backup that was made before the last `revisions`
  /// changes. Watches under way stay silent.
  public void loseLast(int revisions) {
    int kept = Math.max(0, history.size() - revisions);
    history.subList(kept, history.size()).clear();
    revision = 1L + kept;
    compacted = Math.min(compacted, revision);
    entries.clear();
    for (List<Change> transaction : history) {
      for (Change change : transaction) {
        switch (change) {
          case Change.Put put -> entries.put(put.key(), put.entry());
          case Change.Removed removed -> entries.remove(removed.key());
        }
      }
    }
    watches.clear();
    leases.values().removeIf(lease -> lease.grantedRevision > revision);
    // A restored lease runs anew, whatever had become of it.
    for (Entry entry : entries.values()) {
      if (entry.leaseId() != 0) {
        leases.computeIfAbsent(
            entry.leaseId(),
            _ -> new SimulatedLease(RESTORED_LEASE_NANOS, revision, nanos.getAsLong()));
      }
    }
  }

  /// As when somebody removed the key by hand.
  public void remove(String key) {
    if (entries.containsKey(key)) {
      var _ = commit(List.of(), List.of(new Write.Remove(key)));
    }
  }

  /// As when the lease of the key ended, although whoever holds it is well.
  public void endLeaseOf(String key) {
    Entry entry = entries.get(key);
    if (entry != null && entry.leaseId() != 0) {
      revokeLease(entry.leaseId());
    }
  }

  /// The same, in a store that shows that it is another.
  public void replaceWithoutLast(int revisions) {
    loseLast(revisions);
    generation++;
  }

  public long revision() {
    return revision;
  }

  /// What the store holds now, whoever can reach it.
  public @Nullable Entry entry(String key) {
    return entries.get(key);
  }

  long nowNanos() {
    return nanos.getAsLong();
  }

  void plan(long delayNanos, Runnable happening) {
    events.add(new Event(nanos.getAsLong() + delayNanos, eventsPlanned++, happening));
  }

  Listing list(String prefix) {
    return new Listing(
        revision,
        entries.tailMap(prefix).values().stream()
            .takeWhile(entry -> entry.key().startsWith(prefix))
            .toList(),
        generation);
  }

  Listing read(List<String> keys) {
    List<Entry> found = new ArrayList<>();
    for (String key : keys) {
      Entry entry = entries.get(key);
      if (entry != null) {
        found.add(entry);
      }
    }
    return new Listing(revision, found, generation);
  }

  Commit commit(List<Condition> conditions, List<Write> writes) {
    for (Write write : writes) {
      if (write instanceof Write.Put put && put.value().length > valueBytesMax) {
        throw new StoreFailure(Reason.FORBIDDEN, "the simulated store takes no longer values");
      }
      if (write instanceof Write.Put put
          && put.leaseId() != 0
          && !leases.containsKey(put.leaseId())) {
        throw new StoreFailure(Reason.LEASE_GONE, "the simulated store has no such lease");
      }
    }
    if (!conditions.stream().allMatch(this::holds)) {
      return new Commit.Refused(read(conditions.stream().map(Condition::key).toList()));
    }
    Map<String, Change> changes = new LinkedHashMap<>();
    for (Write write : writes) {
      change(write, revision + 1).ifPresent(change -> changes.put(change.key(), change));
    }
    publish(List.copyOf(changes.values()));
    return new Commit.Committed(revision);
  }

  long grantLease(long timeToLiveNanos) {
    leases.put(++leasesGranted, new SimulatedLease(timeToLiveNanos, revision, nanos.getAsLong()));
    return leasesGranted;
  }

  boolean keepLease(long leaseId) {
    SimulatedLease lease = leases.get(leaseId);
    if (lease != null) {
      lease.endsNanos = nanos.getAsLong() + lease.timeToLiveNanos;
    }
    return lease != null;
  }

  void revokeLease(long leaseId) {
    if (leases.remove(leaseId) != null) {
      List<Change> changes =
          entries.values().stream()
              .filter(entry -> entry.leaseId() == leaseId)
              .map(entry -> (Change) new Change.Removed(entry.key(), revision + 1))
              .toList();
      changes.forEach(change -> entries.remove(change.key()));
      publish(changes);
    }
  }

  void open(SimulatedClient.SimulatedWatch watch, long fromRevision) {
    if (fromRevision < compacted) {
      watch.end(new StoreFailure(Reason.COMPACTED, "the simulated store was compacted"));
      return;
    }
    watches.add(watch);
    for (int i = (int) Math.max(0, fromRevision - 2); i < history.size(); i++) {
      watch.tell(history.get(i));
    }
  }

  void forget(SimulatedClient.SimulatedWatch watch) {
    watches.remove(watch);
  }

  private boolean holds(Condition condition) {
    Entry entry = entries.get(condition.key());
    return switch (condition) {
      case Condition.Absent _ -> entry == null;
      case Condition.Present _ -> entry != null;
      case Condition.Unchanged unchanged ->
          entry != null && entry.modRevision() == unchanged.modRevision();
    };
  }

  private Optional<Change> change(Write write, long atRevision) {
    Entry before = entries.get(write.key());
    switch (write) {
      case Write.Put put -> {
        long created = before == null ? atRevision : before.createRevision();
        Entry entry = new Entry(put.key(), put.value().clone(), atRevision, created, put.leaseId());
        entries.put(put.key(), entry);
        return Optional.of(new Change.Put(entry));
      }
      case Write.Remove remove -> {
        entries.remove(remove.key());
        return Optional.ofNullable(before).map(_ -> new Change.Removed(remove.key(), atRevision));
      }
    }
  }

  private void publish(List<Change> changes) {
    if (!changes.isEmpty()) {
      revision++;
      history.add(changes);
      List.copyOf(watches).forEach(watch -> watch.tell(changes));
    }
  }

  /// Its id; 0 for none.
  private long firstLeaseToEnd() {
    long first = 0;
    long endsNanos = Long.MAX_VALUE;
    for (Map.Entry<Long, SimulatedLease> lease : leases.entrySet()) {
      if (lease.getValue().endsNanos < endsNanos) {
        first = lease.getKey();
        endsNanos = lease.getValue().endsNanos;
      }
    }
    return first;
  }

  private SimulatedLease lease(long id) {
    return Objects.requireNonNull(leases.get(id));
  }

  /// Every key and value, to compare with what a mirror holds.
  public Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    entries.values().forEach(entry -> texts.put(entry.key(), entry.text()));
    return texts;
  }
}
