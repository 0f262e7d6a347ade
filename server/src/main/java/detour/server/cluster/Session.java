package detour.server.cluster;

import detour.server.cluster.store.Lease;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Write;
import detour.server.publish.RunningConfiguration;
import detour.server.publish.Serving;
import detour.server.publish.Time;
import detour.server.publish.Version;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's presence: a lease that is kept alive, and a record bound to it that says with each
/// heartbeat how things stand here. Cluster thread only.
///
/// Whoever is present is believed. So a node that was away is present again only once the others
/// know everything that it thinks by now; and one that cannot tell them, although its lease could
/// be kept, lets it end.
final class Session implements Transaction.Source {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final long RETRY_NANOS = 1_000_000_000L;

  /// The shortest time between heartbeats because of other answers.
  private static final long SERVES_NANOS = 1_000_000_000L;

  private final Membership settings;
  private final SharedStore store;
  private final Time time;
  private final Executor self;
  private final OwnOpinions opinions;
  private final LaterRecords unreadable;
  private final String key;
  private final String instance;

  private long leaseId;
  private long grantedNanos;

  /// A grant or a renewal is under way.
  private boolean asking;

  private long askAtNanos = Long.MIN_VALUE;
  private long beatAtNanos = Long.MIN_VALUE;
  private long beatenNanos;
  private boolean beating;

  /// Whether the others were told that this node is there, by the lease that it has.
  private boolean introduced;

  private long sequence;
  private long lastBeatRevision = Long.MAX_VALUE;
  private boolean impaired;
  private String finding = "";
  private Serving serving = Serving.NOTHING;
  private @Nullable String namesake;
  private @Nullable RunningConfiguration configuration;

  /// @param instance differs from start to start
  Session(
      Membership settings,
      Keys keys,
      SharedStore store,
      Time time,
      Executor self,
      OwnOpinions opinions,
      LaterRecords unreadable,
      String instance) {
    this.settings = settings;
    this.store = store;
    this.time = time;
    this.self = self;
    this.opinions = opinions;
    this.unreadable = unreadable;
    this.instance = instance;
    key = keys.presence(settings.node());
  }

  /// What the others are to know. An impairment they are told at once.
  void impaired(boolean now, String why) {
    if (now != impaired || !why.equals(finding)) {
      impaired = now;
      finding = why;
      beatAtNanos = Long.MIN_VALUE;
    }
  }

  /// What this node serves it tells soon, so that people do not take late news for disagreement.
  void serves(Serving now) {
    serving = now;
    beatAtNanos = Math.min(beatAtNanos, beatenNanos + SERVES_NANOS);
  }

  /// Which configuration runs here, told at once: somebody waits for it.
  void runs(RunningConfiguration now) {
    configuration = now;
    beatAtNanos = Long.MIN_VALUE;
  }

  /// What the next heartbeat would say.
  Heartbeat heartbeat() {
    return new Heartbeat(
        settings.region(),
        settings.role().name().toLowerCase(Locale.ROOT),
        Version.NUMBER,
        Records.VERSION,
        instance,
        sequence,
        time.now(),
        impaired,
        finding,
        opinions.count(),
        opinions.digest(),
        serving.agreedRevision(),
        serving.digest(),
        serving.frozen(),
        serving.rules(),
        serving.behind().isEmpty() ? unreadable.obstacle() : serving.behind(),
        configuration);
  }

  /// Whether the others can see this node.
  boolean held() {
    return leaseId != 0;
  }

  /// What vanishes with this node is bound to this; 0 while there is none.
  long leaseId() {
    return leaseId;
  }

  /// Since when the others can see this node, if they can.
  long grantedNanos() {
    return grantedNanos;
  }

  /// Another node by the same name, for people; null when there seems to be none.
  @Nullable String namesake() {
    return namesake;
  }

  /// Gets a lease or keeps it alive, when it is time.
  void keep(long nowNanos) {
    if (asking || askAtNanos > nowNanos) {
      return;
    }
    boolean stuck = opinions.stuckNanos(nowNanos) >= settings.lease().toNanos();
    if (stuck && leaseId != 0) {
      askAtNanos = nowNanos + RETRY_NANOS;
      return;
    }
    // Asking only once asked: a call that throws must not be the last.
    if (leaseId == 0) {
      CompletableFuture<Lease> asked = store.grant(settings.lease());
      asking = true;
      var _ = asked.whenComplete((lease, failure) -> self.execute(() -> granted(lease, failure)));
    } else {
      long kept = leaseId;
      CompletableFuture<Boolean> asked = store.keepAlive(kept);
      asking = true;
      var _ =
          asked.whenComplete((alive, failure) -> self.execute(() -> kept(kept, alive, failure)));
    }
  }

  private void granted(@Nullable Lease lease, @Nullable Throwable failure) {
    asking = false;
    if (lease == null) {
      StoreFailure why = Outbox.failure(failure);
      LOG.debug("no lease: {}", why.getMessage());
      askAtNanos = time.nowNanos() + RETRY_NANOS;
      return;
    }
    leaseId = lease.id();
    grantedNanos = time.nowNanos();
    introduce();
    askAtNanos = time.nowNanos() + settings.heartbeatNanos();
  }

  /// Before the next heartbeat the others are told everything that is thought here.
  private void introduce() {
    introduced = false;
    opinions.owe();
    beatAtNanos = Long.MIN_VALUE;
  }

  private void kept(long kept, @Nullable Boolean alive, @Nullable Throwable failure) {
    asking = false;
    if (alive == null) {
      LOG.debug("the lease could not be renewed: {}", Outbox.failure(failure).getMessage());
      askAtNanos = time.nowNanos() + RETRY_NANOS;
    } else if (alive) {
      askAtNanos = time.nowNanos() + settings.heartbeatNanos();
    } else {
      gone(kept);
    }
  }

  private void gone(long lost) {
    if (leaseId == lost) {
      leaseId = 0;
      askAtNanos = Long.MIN_VALUE;
    }
  }

  /// Another record under this node's key came from the store.
  void heard(Heartbeat other, long revision) {
    boolean mine = other.instance().equals(instance);
    if (!mine && revision > lastBeatRevision) {
      String found =
          "another node is called %s too (region %s): give each node a name of its own"
              .formatted(settings.node(), other.region());
      // Once, and not with each of its heartbeats.
      if (!found.equals(namesake)) {
        LOG.error("{}", found);
      }
      namesake = found;
    }
  }

  /// This node's record is gone from the store: say at once that it is there.
  void vanished(long revision) {
    if (revision > lastBeatRevision) {
      beatAtNanos = Long.MIN_VALUE;
    }
  }

  /// The store is another, or lost some of what it held; to be called once the opinions know what
  /// it holds.
  void storeIsNew() {
    introduce();
  }

  @Override
  public @Nullable Transaction next(long nowNanos) {
    if (!mayBeat() || beatAtNanos > nowNanos) {
      return null;
    }
    beating = true;
    sequence++;
    beatenNanos = nowNanos;
    beatAtNanos = nowNanos + settings.heartbeatNanos();
    Write beat = new Write.Put(key, Records.heartbeat(heartbeat()), leaseId);
    return new Transaction(List.of(), List.of(beat), new Beat(leaseId));
  }

  @Override
  public long nextDueNanos() {
    return mayBeat() ? beatAtNanos : Long.MAX_VALUE;
  }

  private boolean mayBeat() {
    return leaseId != 0 && !beating && (introduced ? opinions.listed() : opinions.told());
  }

  /// When [#keep] has something to do; Long.MAX_VALUE for not before an answer.
  long nextKeepNanos() {
    return asking ? Long.MAX_VALUE : askAtNanos;
  }

  /// Tells the others that this node leaves.
  ///
  /// @return completes when they can know, or it is clear that they must wait for the lease to end
  CompletableFuture<Void> end() {
    long left = leaseId;
    leaseId = 0;
    return left == 0 ? CompletableFuture.completedFuture(null) : store.revoke(left);
  }

  private final class Beat implements Transaction.Outcome {
    private final long boundTo;

    Beat(long boundTo) {
      this.boundTo = boundTo;
    }

    @Override
    public void committed(long revision) {
      beating = false;
      introduced |= boundTo == leaseId;
      lastBeatRevision = revision;
    }

    @Override
    public void refused(Listing present) {
      throw new IllegalStateException("a heartbeat has no conditions");
    }

    @Override
    public void failed(StoreFailure why) {
      beating = false;
      beatAtNanos = Long.MIN_VALUE;
      if (why.reason() == StoreFailure.Reason.LEASE_GONE) {
        gone(boundTo);
      }
    }
  }
}
