package detour.server.cluster;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.cluster.store.Change;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.Mirror;
import detour.server.cluster.store.MirrorSettings;
import detour.server.cluster.store.SharedStore;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.ClusterState;
import detour.server.publish.Inbox;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Latch;
import detour.server.publish.Peers;
import detour.server.publish.Peers.SharedView;
import detour.server.publish.RunningConfiguration;
import detour.server.publish.Serving;
import detour.server.publish.Time;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a node does in its cluster, in steps: what is told and what the store answers change what
/// it knows, and [#step] then does what is due. It starts no thread and reads no clock but the one
/// that it was given, so that a whole cluster can be run through in a test. Cluster thread only.
final class Participation {
  private static final long TICK_NANOS = 100_000_000L;

  private final Membership settings;
  private final Keys keys;
  private final Time time;
  private final Inbox inbox;
  private final Metrics metrics;
  private final OwnOpinions opinions;
  private final Session session;
  private final SharedLatches latches;
  private final SharedOverrides overrides;
  private final OtherNodes others;
  private final LaterRecords unreadable;
  private final Outbox outbox;
  private final Mirror mirror;
  private final ClusterPicture picture;
  private final SharedSights sights;
  private final ConfigurationListener configuration;
  private long toldCurrentNanos = -TICK_NANOS;
  private boolean toldReachable;
  private int restartsHeard;
  private boolean listed;
  private long tickAtNanos = Long.MIN_VALUE;

  /// @param self runs what it is given on the cluster thread, later
  /// @param chance spreads what several nodes would do at the same moment
  /// @param drawn what this vantage's probes found, for those who ask
  Participation(
      Membership settings,
      SharedStore store,
      Time time,
      Inbox inbox,
      Metrics metrics,
      Executor self,
      RandomGenerator chance,
      ConfigurationListener configuration,
      SharedSights.Source drawn) {
    this.settings = settings;
    this.configuration = configuration;
    this.time = time;
    this.inbox = inbox;
    this.metrics = metrics;
    keys = Keys.of(settings.cluster());
    unreadable = new LaterRecords(keys);
    AgreedRevision revision = new AgreedRevision(unreadable);
    String instance = Long.toHexString(chance.nextLong());
    opinions = new OwnOpinions(settings, keys);
    session = new Session(settings, keys, store, time, self, opinions, unreadable, instance);
    latches = new SharedLatches(settings, keys, inbox, metrics, revision);
    others = new OtherNodes(settings.node(), keys, inbox, time);
    overrides = new SharedOverrides(settings, keys, inbox, time, revision, others::skewOf);
    outbox =
        new Outbox(
            store,
            time,
            self,
            metrics,
            chance,
            List.of(overrides, latches, opinions, session),
            this::committed);
    mirror =
        new Mirror(
            store,
            keys.root(),
            MirrorSettings.DEFAULT,
            self,
            time.nanos(),
            chance,
            metrics,
            this::heard);
    picture = new ClusterPicture(settings, time, session, latches, overrides, others, outbox);
    sights = new SharedSights(settings, keys, store, time, self, metrics, session, mirror, drawn);
  }

  void opinions(Collection<SavedOpinion> all) {
    opinions.all(all);
  }

  void opinion(SavedOpinion transition) {
    opinions.turned(transition);
  }

  void impaired(boolean impaired, String finding) {
    session.impaired(impaired, finding);
  }

  void serves(Serving serving) {
    session.serves(serving);
  }

  void runs(RunningConfiguration now) {
    session.runs(now);
  }

  void moved(Latch latch) {
    latches.moved(latch, time.nowNanos());
  }

  void failBack(Latch wanted, CompletableFuture<Void> answer) {
    latches.ask(wanted, answer, time.nowNanos(), inTheDark());
  }

  void override(
      OverridePath path,
      @Nullable OperatorOverride override,
      long heardRevision,
      CompletableFuture<Void> answer) {
    overrides.wish(path, override, heardRevision, answer);
  }

  /// What others told of a service; and makes them tell of it for a while.
  Look look(String service) {
    return sights.look(service, others.all());
  }

  /// Does what is due.
  void step() {
    long nowNanos = time.nowNanos();
    if (nowNanos >= tickAtNanos) {
      tickAtNanos = nowNanos + TICK_NANOS;
      mirror.tick();
      tellHowCurrent(nowNanos);
      latches.expire(nowNanos);
      overrides.expire(nowNanos);
    }
    opinions.noteWaiting(nowNanos);
    session.keep(nowNanos);
    outbox.send(nowNanos);
    sights.step(nowNanos, outbox.idle());
  }

  /// When [#step] has something to do if nothing is told.
  long nextDueNanos() {
    return Math.min(tickAtNanos, Math.min(session.nextKeepNanos(), outbox.nextDueNanos()));
  }

  /// The cluster as this node sees it.
  ClusterState state() {
    OptionalLong age = mirror.ageNanos();
    return picture.draw(
        age.isEmpty() ? null : Duration.ofNanos(age.getAsLong()), mirror.reachable());
  }

  /// Takes leave of the others.
  ///
  /// @return completes when they can know, or it is clear that they must wait for the lease to end
  CompletableFuture<Void> end() {
    mirror.close();
    return session.end();
  }

  private void committed(long revision, long askedNanos) {
    mirror.expect(revision, askedNanos);
  }

  private boolean inTheDark() {
    OptionalLong age = mirror.ageNanos();
    return age.isEmpty() || age.getAsLong() >= settings.staleAfter().toNanos();
  }

  private void tellHowCurrent(long nowNanos) {
    OptionalLong age = mirror.ageNanos();
    if (age.isEmpty()) {
      return;
    }
    long currentNanos = nowNanos - age.getAsLong();
    boolean reachable = mirror.reachable();
    if (reachable != toldReachable || currentNanos - toldCurrentNanos >= TICK_NANOS) {
      toldCurrentNanos = currentNanos;
      toldReachable = reachable;
      long staleNanos = currentNanos + settings.staleAfter().toNanos();
      inbox.peers(new Peers.Change.Confirmed(new SharedView(reachable, currentNanos, staleNanos)));
    }
  }

  private void heard(List<Change> changes, boolean fresh) {
    boolean storeIsNew = mirror.restarts() != restartsHeard;
    if (fresh && (!listed || storeIsNew)) {
      listed = true;
      restartsHeard = mirror.restarts();
      listed(storeIsNew);
    } else if (!changes.isEmpty()) {
      changed(changes, fresh);
    }
  }

  /// Everything is heard for the first time, or of a store that is another or lost what it held.
  private void listed(boolean storeIsNew) {
    Listing all = new Listing(mirror.revision(), mirror.entries(keys.root()));
    unreadable.listed(all);
    opinions.listed(all);
    sights.listed(all);
    if (storeIsNew) {
      session.storeIsNew();
    }
    others.listed(all, storeIsNew);
    // Before the latches: who is to judge from these must know that the others can be counted.
    tellHowCurrent(time.nowNanos());
    overrides.registers().listed(all, storeIsNew);
    latches.registers().listed(all, storeIsNew);
    Entry current = mirror.entry(keys.configuration());
    if (current != null) {
      configuration.current(current.value());
    }
    if (mirror.entry(keys.presence(settings.node())) == null) {
      session.vanished(all.revision());
    }
  }

  private void changed(List<Change> changes, boolean fresh) {
    unreadable.changed(changes);
    sights.changed(changes);
    if (others.changed(changes, fresh, mirror::entries)) {
      metrics.count(Counter.CLUSTER_DIGESTS_DIFFERED);
      mirror.doubt("a node's heartbeat tells other opinions than were heard of it");
    }
    if (fresh) {
      tellHowCurrent(time.nowNanos());
    }
    overrides.registers().changed(changes);
    latches.registers().changed(changes);
    for (Change change : changes) {
      switch (keys.subject(change.key())) {
        case Keys.Subject.Configuration() ->
            configuration.current(change instanceof Change.Put(Entry entry) ? entry.value() : null);
        case Keys.Subject.Opinion(String vantage, String target)
            when vantage.equals(settings.node()) ->
            opinions.changed(target, change);
        case Keys.Subject.Presence(String vantage) when vantage.equals(settings.node()) ->
            ownPresence(change);
        case null, default -> {}
      }
    }
    overrides.clocksCompared();
    mirror.beacons(others.all().stream().map(node -> keys.presence(node.name())).toList());
  }

  private void ownPresence(Change change) {
    switch (change) {
      case Change.Put put ->
          Records.heartbeat(put.entry().value())
              .ifPresent(beat -> session.heard(beat, change.revision()));
      case Change.Removed _ -> session.vanished(change.revision());
    }
  }
}
