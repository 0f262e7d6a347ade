package detour.server.cluster;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.cluster.store.Change;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Inbox;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Latch;
import detour.server.publish.Peers;
import detour.server.publish.Peers.SharedView;
import detour.server.publish.Serving;
import detour.server.publish.Time;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a node does in its cluster, in steps: what is told and what the store answers change what it
/// knows, and [#step] then does what is due. It starts no thread and reads no clock but the one that
/// it was given, so that a whole cluster can be run through in a test. Cluster thread only.
final class ClusterCore {
  private final ClusterSettings settings;
  private final Keys keys;
  private final Time time;
  private final Inbox inbox;
  private final Metrics metrics;
  private final OwnOpinions opinions;
  private final Session session;
  private final SharedLatches latches;
  private final SharedOverrides overrides;
  private final OtherNodes others;
  private final Outbox outbox;
  private final SharedPrefix shared;
  private final ClusterPicture picture;
  private long toldCurrentNanos = Long.MIN_VALUE;
  private boolean toldReachable;
  private long lastListedRevision;

  /// @param self runs what it is given on the cluster thread, later
  /// @param chance spreads what several nodes would do at the same moment
  ClusterCore(
      ClusterSettings settings,
      SharedStore store,
      Time time,
      Inbox inbox,
      Metrics metrics,
      Executor self,
      RandomGenerator chance) {
    this.settings = settings;
    this.time = time;
    this.inbox = inbox;
    this.metrics = metrics;
    keys = Keys.of(settings.cluster());
    AgreedRevision revision = new AgreedRevision();
    String instance = Long.toHexString(chance.nextLong());
    opinions = new OwnOpinions(settings, keys);
    session = new Session(settings, keys, store, time, self, opinions, instance);
    latches = new SharedLatches(settings, keys, inbox, metrics, revision);
    others = new OtherNodes(settings.node(), keys, inbox, time);
    overrides = new SharedOverrides(settings, keys, inbox, time, revision, others::skewOf);
    outbox =
        new Outbox(
            store, time, self, metrics, chance, List.of(overrides, latches, opinions, session));
    shared = new SharedPrefix(store, keys.root(), time, self, new Heard());
    picture = new ClusterPicture(settings, time, session, latches, overrides, others, outbox);
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

  void moved(Latch latch) {
    latches.moved(latch, time.nowNanos(), inTheDark());
  }

  void failBack(Latch wanted, CompletableFuture<Void> answer) {
    latches.ask(wanted, answer, time.nowNanos(), inTheDark());
  }

  void override(
      OverridePath path, @Nullable OperatorOverride override, CompletableFuture<Void> answer) {
    overrides.wish(path, override, answer);
  }

  /// Does what is due.
  void step() {
    long nowNanos = time.nowNanos();
    shared.step(nowNanos);
    tellHowCurrent();
    session.keep(nowNanos);
    latches.expire(nowNanos);
    overrides.expire(nowNanos);
    outbox.send(nowNanos);
  }

  /// When [#step] has something to do if nothing is told; Long.MAX_VALUE for never.
  long nextDueNanos() {
    long due = Math.min(shared.nextDueNanos(), session.nextKeepNanos());
    due = Math.min(due, outbox.nextDueNanos());
    return Math.min(due, Math.min(latches.nextExpiryNanos(), overrides.nextExpiryNanos()));
  }

  /// The cluster as this node sees it.
  detour.server.publish.ClusterState state() {
    return picture.draw(shared.currentNanos(), shared.reachable());
  }

  /// Takes leave of the others.
  void end() {
    shared.close();
    session.end();
  }

  private boolean inTheDark() {
    long current = shared.currentNanos();
    return current == Long.MIN_VALUE
        || time.nowNanos() - current >= settings.staleAfter().toNanos();
  }

  private void tellHowCurrent() {
    long current = shared.currentNanos();
    boolean reachable = shared.reachable();
    if (current != Long.MIN_VALUE
        && (current != toldCurrentNanos || reachable != toldReachable)) {
      toldCurrentNanos = current;
      toldReachable = reachable;
      inbox.peers(
          new Peers.Change.Confirmed(
              new SharedView(reachable, current, current + settings.staleAfter().toNanos())));
    }
  }

  /// What the store holds, as it is heard.
  private final class Heard implements SharedPrefix.Listener {
    @Override
    public void listed(Listing listing) {
      boolean storeIsNew = listing.revision() < lastListedRevision;
      lastListedRevision = listing.revision();
      opinions.listed(listing, storeIsNew);
      others.listed(listing);
      overrides.listed(listing, storeIsNew);
      latches.listed(listing, storeIsNew);
      String own = keys.presence(settings.node());
      if (listing.entry(own).isEmpty()) {
        session.vanished(listing.revision());
      }
    }

    @Override
    public void changed(List<Change> changes) {
      lastListedRevision = Math.max(lastListedRevision, changes.getLast().revision());
      if (others.changed(changes)) {
        metrics.count(Counter.CLUSTER_DIGESTS_DIFFERED);
        shared.listAgain();
      }
      overrides.clocksCompared();
      for (Change change : changes) {
        switch (keys.subject(change.key())) {
          case Keys.Subject.Latch latch -> latches.changed(latch, change);
          case Keys.Subject.Override override -> overrides.changed(override, change);
          case Keys.Subject.Opinion(String vantage, String target)
              when vantage.equals(settings.node()) ->
              opinions.changed(target, change);
          case Keys.Subject.Presence(String vantage) when vantage.equals(settings.node()) ->
              ownPresence(change);
          case null, default -> {}
        }
      }
    }

    private void ownPresence(Change change) {
      switch (change) {
        case Change.Put put ->
            Records.presence(put.entry().value())
                .ifPresent(presence -> session.heard(presence, change.revision()));
        case Change.Removed _ -> session.vanished(change.revision());
      }
    }
  }
}
