package detour.server.cluster;

import detour.server.cluster.store.Change;
import detour.server.cluster.store.Commit;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.Mirror;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.Write;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What vantages tell each other of their probes, for people who look. A node at which somebody
/// looks at a service says so in the store; while it does, every vantage writes there what its
/// probes of the service found. Nobody writes anything while nobody looks. Cluster thread only.
///
/// This is the least important of what is written, so it goes past the [Outbox]: one write at a
/// time, begun only while the outbox has nothing under way and no trouble, and so few octets that
/// the store's history of them stays small. All that is written is bound to the lease, and is gone
/// with the node.
final class SharedSights {
  /// How many services the people at one node may look at.
  static final int LOOKED_AT_MAX = 8;

  /// Of how many services one vantage tells, whoever looks at them.
  static final int TOLD_MAX = 32;

  static final Duration LIVE = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(SharedSights.class);
  private static final long LIVE_NANOS = LIVE.toNanos();
  private static final long RENEWED_NANOS = 20_000_000_000L;
  private static final long TOLD_NANOS = 15_000_000_000L;
  private static final long TIDIED_NANOS = 5_000_000_000L;
  private static final long AFTER_FAILURE_NANOS = 10_000_000_000L;
  private static final long BETWEEN_NANOS = 300_000_000L;

  /// 4 kB a second, which etcd keeps until it is compacted.
  private static final long NANOS_PER_BYTE = 1_000_000_000L / 4_096;

  /// More than all nodes of any cluster say rightly.
  private static final int INTERESTS_MAX = 1_000;

  private final Membership settings;
  private final Keys keys;
  private final SharedStore store;
  private final Time time;
  private final Executor self;
  private final Metrics metrics;
  private final Session session;
  private final Mirror mirror;
  private final Source drawn;

  /// What people at this node look at, by service.
  private final Map<String, LookedAt> lookedAt = new HashMap<>();

  /// Who looks at what, by the key in the store; first come, first served.
  private final Map<String, Interest> interests = new LinkedHashMap<>();

  /// When this vantage told of a service last, or tried: what is refused must not keep the rest
  /// from being told.
  private final Map<String, Long> toldNanos = new HashMap<>();

  private boolean underWay;
  private long nextNanos = Long.MIN_VALUE;

  /// When this vantage may tell again, by how much it told last.
  private long tellAtNanos = Long.MIN_VALUE;

  private long tidyAtNanos = Long.MIN_VALUE;

  /// Draws what the probes of this vantage found.
  @FunctionalInterface
  interface Source {
    /// A record of the service of this name, made on another thread.
    CompletableFuture<byte[]> record(String service);
  }

  /// @param askedNanos when somebody looked last
  /// @param saidNanos when the others were told so
  /// @param boundTo the lease that this is bound to; 0 when it was not told or is gone
  private record LookedAt(long askedNanos, long saidNanos, long boundTo) {}

  private record Interest(String node, String service, long heardNanos) {}

  SharedSights(
      Membership settings,
      Keys keys,
      SharedStore store,
      Time time,
      Executor self,
      Metrics metrics,
      Session session,
      Mirror mirror,
      Source drawn) {
    this.settings = settings;
    this.keys = keys;
    this.store = store;
    this.time = time;
    this.self = self;
    this.metrics = metrics;
    this.session = session;
    this.mirror = mirror;
    this.drawn = drawn;
  }

  /// What others told of a service; and makes them tell of it for a while.
  Look look(String service, Collection<OtherNode> others) {
    long nowNanos = time.nowNanos();
    forget(nowNanos);
    LookedAt before = lookedAt.get(service);
    boolean taken = before != null || lookedAt.size() < LOOKED_AT_MAX;
    if (taken) {
      lookedAt.put(
          service,
          before == null
              ? new LookedAt(nowNanos, nowNanos, 0)
              : new LookedAt(nowNanos, before.saidNanos(), before.boundTo()));
    }
    Map<String, byte[]> records = new HashMap<>();
    Map<String, Duration> ahead = new HashMap<>();
    for (OtherNode other : others) {
      Entry told = mirror.entry(keys.sight(other.name(), service));
      if (told != null) {
        records.put(other.name(), told.value());
        Duration skew = other.skew();
        if (skew != null) {
          ahead.put(other.name(), skew);
        }
      }
    }
    return new Look(trouble(taken), records, ahead);
  }

  private @Nullable String trouble(boolean taken) {
    if (!taken) {
      return "the others are not asked: people at this node look at %d other services, as many as may be: close one, and wait a minute"
          .formatted(LOOKED_AT_MAX);
    }
    if (!mirror.reachable()) {
      return "the others are not heard: the cluster's store cannot be reached";
    }
    return session.held() ? null : "the others are not asked: this node has no lease of the store";
  }

  /// Takes in what the whole store holds.
  void listed(Listing all) {
    interests.clear();
    toldNanos.clear();
    lookedAt.replaceAll((_, at) -> new LookedAt(at.askedNanos(), at.saidNanos(), 0));
    for (Entry entry : all.entries()) {
      if (keys.subject(entry.key()) instanceof Keys.Subject.Watched watched) {
        interested(entry.key(), watched);
      }
    }
  }

  void changed(List<Change> changes) {
    for (Change change : changes) {
      switch (keys.subject(change.key())) {
        case Keys.Subject.Watched watched when change instanceof Change.Put ->
            interested(change.key(), watched);
        case Keys.Subject.Watched(String node, String service) -> {
          interests.remove(change.key());
          if (node.equals(settings.node())) {
            lookedAt.computeIfPresent(
                service, (_, at) -> new LookedAt(at.askedNanos(), at.saidNanos(), 0));
          }
        }
        case Keys.Subject.Sight(String vantage, String service)
            when vantage.equals(settings.node()) && change instanceof Change.Removed ->
            toldNanos.remove(service);
        case null, default -> {}
      }
    }
  }

  /// By this node's clock alone: who looks says so again and again, and then takes it back, so the
  /// clocks of nodes need not agree.
  private void interested(String key, Keys.Subject.Watched watched) {
    if (interests.size() < INTERESTS_MAX || interests.containsKey(key)) {
      interests.put(key, new Interest(watched.node(), watched.service(), time.nowNanos()));
    }
  }

  /// Begins the next write, if one is due and nothing more important is.
  ///
  /// @param idle whether there is nothing else to write
  void step(long nowNanos, boolean idle) {
    if (underWay || nextNanos > nowNanos || !idle || !session.held()) {
      return;
    }
    forget(nowNanos);
    List<Write> writes = renewals(nowNanos);
    if (writes.isEmpty() && tidyAtNanos <= nowNanos) {
      tidyAtNanos = nowNanos + TIDIED_NANOS;
      writes = removals();
    }
    if (!writes.isEmpty()) {
      send(writes, null);
      return;
    }
    String service = tellAtNanos <= nowNanos ? dueToTell(nowNanos) : null;
    if (service != null) {
      draw(service, nowNanos);
    }
  }

  private void forget(long nowNanos) {
    lookedAt.values().removeIf(at -> nowNanos - at.askedNanos() >= LIVE_NANOS);
    interests.values().removeIf(interest -> nowNanos - interest.heardNanos() >= LIVE_NANOS);
    toldNanos.keySet().retainAll(wanted());
  }

  /// The services that this vantage is to tell of, those that were asked for first.
  private Set<String> wanted() {
    Set<String> wanted = new LinkedHashSet<>();
    if (settings.role().probes()) {
      for (Interest interest : interests.values()) {
        if (!interest.node().equals(settings.node()) && wanted.size() < TOLD_MAX) {
          wanted.add(interest.service());
        }
      }
    }
    return wanted;
  }

  private List<Write> renewals(long nowNanos) {
    List<Write> writes = new ArrayList<>();
    long leaseId = session.leaseId();
    for (var entry : lookedAt.entrySet()) {
      LookedAt at = entry.getValue();
      boolean unsaid = at.boundTo() != leaseId;
      boolean old = nowNanos - at.saidNanos() >= RENEWED_NANOS && at.askedNanos() > at.saidNanos();
      if (unsaid || old) {
        String key = keys.watched(settings.node(), entry.getKey());
        writes.add(new Write.Put(key, SightRecords.interest(time.now()), leaseId));
        entry.setValue(new LookedAt(at.askedNanos(), nowNanos, leaseId));
      }
    }
    return writes;
  }

  /// What the store holds of this node and nobody wants any more.
  private List<Write> removals() {
    Set<String> wanted = wanted();
    List<Write> writes = new ArrayList<>();
    List<Entry> own = new ArrayList<>(mirror.entries(keys.watched(settings.node())));
    own.addAll(mirror.entries(keys.sights(settings.node())));
    for (Entry entry : own) {
      boolean stands =
          switch (keys.subject(entry.key())) {
            case Keys.Subject.Watched(String _, String service) -> lookedAt.containsKey(service);
            case Keys.Subject.Sight(String _, String service) -> wanted.contains(service);
            case null, default -> true;
          };
      if (!stands && writes.size() < SharedStore.OPERATIONS_MAX) {
        writes.add(new Write.Remove(entry.key()));
      }
    }
    return writes;
  }

  /// The service of which this vantage has told nothing for the longest time.
  private @Nullable String dueToTell(long nowNanos) {
    String due = null;
    long earliest = nowNanos - TOLD_NANOS + 1;
    for (String service : wanted()) {
      long told = toldNanos.getOrDefault(service, Long.MIN_VALUE);
      if (told < earliest) {
        due = service;
        earliest = told;
      }
    }
    return due;
  }

  private void draw(String service, long nowNanos) {
    toldNanos.put(service, nowNanos);
    CompletableFuture<byte[]> asked = drawn.record(service);
    underWay = true;
    var _ =
        asked.whenComplete(
            (record, failure) -> self.execute(() -> drawn(service, record, failure)));
  }

  private void drawn(String service, byte @Nullable [] record, @Nullable Throwable failure) {
    underWay = false;
    if (record == null) {
      failed("what the probes found could not be put together", failure);
    } else if (session.held() && wanted().contains(service)) {
      String key = keys.sight(settings.node(), service);
      send(List.of(new Write.Put(key, record, session.leaseId())), service);
    }
  }

  /// @param service of which this tells; null for none
  private void send(List<Write> writes, @Nullable String service) {
    metrics.count(Counter.CLUSTER_COMMITS);
    metrics.add(Counter.CLUSTER_WRITES, writes.size());
    int bytes =
        writes.stream().mapToInt(w -> w instanceof Write.Put put ? put.value().length : 0).sum();
    // Under way only once asked: a call that throws must not be the last.
    CompletableFuture<Commit> asked = store.commit(List.of(), writes);
    underWay = true;
    var _ = asked.whenComplete((_, failure) -> self.execute(() -> sent(service, bytes, failure)));
  }

  private void sent(@Nullable String service, int bytes, @Nullable Throwable failure) {
    underWay = false;
    nextNanos = time.nowNanos() + BETWEEN_NANOS;
    if (service != null) {
      tellAtNanos = time.nowNanos() + bytes * NANOS_PER_BYTE;
    }
    if (failure != null) {
      metrics.count(Counter.CLUSTER_COMMITS_FAILED);
      failed("the store did not take it", failure);
      if (service == null) {
        lookedAt.replaceAll((_, at) -> new LookedAt(at.askedNanos(), at.saidNanos(), 0));
      }
    }
  }

  /// Quietly: if the store is in trouble, others say so, and a page without other vantages' results
  /// says so itself.
  private void failed(String what, @Nullable Throwable failure) {
    nextNanos = time.nowNanos() + AFTER_FAILURE_NANOS;
    LOG.debug("nothing told of probes: {}", what, failure);
  }
}
