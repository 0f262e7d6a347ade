package detour.server.cluster;

import detour.failover.model.Health;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.SimulatedClient;
import detour.server.metrics.Metrics;
import detour.server.publish.ClusterState;
import detour.server.publish.Decided;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Latch;
import detour.server.publish.Serving;
import detour.server.publish.SteppedPublish;
import detour.server.publish.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One whole node of a simulated cluster: the real publish loop and the real cluster node, stepped,
/// between a disk that survives a crash and a link that can be cut. It knows what befell it and
/// what it said.
final class SimulatedNode implements WatchedCluster.Watcher {
  private static final long NEVER = Long.MAX_VALUE;

  final String name;
  final SimulatedWorld.Member member;
  private final SimulatedCluster cluster;
  private final long originNanos;
  private final SteppedPublish.Disk disk = new SteppedPublish.Disk();
  private final Time time;
  private @Nullable Running running;
  private boolean paused;
  private boolean stirred;
  private long nextDueNanos;
  private Duration skew;

  /// Which of the world's configurations it has, and whether its version is the newer one, from its
  /// next start on.
  private int configuration;

  private boolean newer;

  /// Whether something that it wanted to keep was ever lost.
  private boolean forgetful;

  private boolean diskFails;

  /// Since when its link has been whole, or cut, and since when it has believed itself; NEVER while
  /// it is otherwise.
  private long wholeSinceNanos;

  private long cutSinceNanos = NEVER;
  private long trustedSinceNanos;

  /// The epoch of its last own move of each latch.
  private final Map<String, Long> movedEpochs = new HashMap<>();

  /// When this vantage last thought that a target is down, by target; NEVER while it does.
  private final Map<String, Long> lastDownNanos = new HashMap<>();

  /// Since when it has thought so; absent while it does not.
  private final Map<String, Long> downSinceNanos = new HashMap<>();

  private Serving serving = Serving.NOTHING;

  /// @param originNanos how its monotonic clock differs
  /// @param skew how its wall clock differs
  SimulatedNode(
      SimulatedWorld.Member member, SimulatedCluster cluster, long originNanos, Duration skew) {
    this.member = member;
    this.name = member.name();
    this.cluster = cluster;
    this.originNanos = originNanos;
    this.skew = skew;
    time = new Time(() -> cluster.nowNanos() + originNanos, () -> cluster.wall().plus(this.skew));
  }

  private record Running(
      SimulatedClient client,
      ClusterNode node,
      Participation core,
      SteppedPublish publish,
      OverhearingInbox inbox,
      SteppedPublish.Configured configured) {}

  void start(RandomGenerator chance) {
    SimulatedClient client = cluster.store().client();
    SharedStore store = newer ? new NewerStore(client) : client;
    Membership settings =
        new Membership(
            "default",
            name,
            member.region(),
            member.role(),
            SimulatedCluster.LEASE,
            SimulatedCluster.STALE_AFTER);
    ClusterNode node = new ClusterNode(settings, store, time, new Metrics());
    SteppedPublish.Configured configured = cluster.world().configured().get(configuration);
    trustedSinceNanos = cluster.nowNanos();
    SteppedPublish publish =
        SteppedPublish.of(time, disk, new WatchedCluster(node, this), name, configured);
    OverhearingInbox inbox = new OverhearingInbox(publish.inbox());
    publish.begin();
    Participation core = node.begin(inbox, chance);
    running = new Running(client, node, core, publish, inbox, configured);
    paused = false;
    stirred = true;
    whole();
  }

  /// As by `kill -9`: what is not on the disk is lost.
  void crash() {
    forgetful |= diskFails;
    running().client().close();
    running = null;
  }

  boolean isRunning() {
    return running != null;
  }

  boolean works() {
    return running != null && !paused;
  }

  void pause(boolean now) {
    paused = now;
    if (!now) {
      if (wholeSinceNanos != NEVER) {
        wholeSinceNanos = cluster.nowNanos();
      }
      if (cutSinceNanos != NEVER) {
        cutSinceNanos = cluster.nowNanos();
      }
    }
  }

  /// Its wall clock is set.
  void skew(Duration now) {
    skew = now;
  }

  void diskFails(boolean now) {
    diskFails = now;
    // What could not be written then may never be.
    forgetful |= now;
    disk.failWith(now ? "the simulated disk is full" : null);
  }

  /// Whether what it knew before a restart may be gone.
  boolean isForgetful() {
    return forgetful;
  }

  /// What it starts with the next time.
  void changeTo(int nextConfiguration, boolean newerVersion) {
    configuration = nextConfiguration;
    newer = newerVersion;
  }

  int configuration() {
    return configuration;
  }

  boolean isNewer() {
    return newer;
  }

  SimulatedClient client() {
    return running().client();
  }

  SteppedPublish publish() {
    // Whoever asks for it tells it something.
    stirred = true;
    return running().publish();
  }

  SteppedPublish.Configured configured() {
    return running().configured();
  }

  Decided decided() {
    return running().publish().decided();
  }

  ClusterState state() {
    return running().core().state();
  }

  /// What it told the others that it answers with.
  Serving serving() {
    return serving;
  }

  void whole() {
    wholeSinceNanos = cluster.nowNanos();
    cutSinceNanos = NEVER;
  }

  void harmed() {
    wholeSinceNanos = NEVER;
  }

  void cut() {
    harmed();
    cutSinceNanos = cluster.nowNanos();
  }

  /// Whether for so long it has worked with a whole link and believed itself.
  boolean isWellFor(Duration duration) {
    return works() && isPast(wholeSinceNanos, duration) && isPast(trustedSinceNanos, duration);
  }

  boolean isCutFor(Duration duration) {
    return isPast(cutSinceNanos, duration);
  }

  private boolean isPast(long sinceNanos, Duration duration) {
    return sinceNanos != NEVER && cluster.nowNanos() - sinceNanos >= duration.toNanos();
  }

  boolean thoughtDownWithin(String target, Duration duration) {
    Long last = lastDownNanos.get(target);
    return last != null && (last == NEVER || cluster.nowNanos() - last <= duration.toNanos());
  }

  boolean thinksDownFor(String target, Duration duration) {
    Long since = downSinceNanos.get(target);
    return since != null && cluster.nowNanos() - since >= duration.toNanos();
  }

  /// Whether it has something to do.
  boolean isDue() {
    return stirred
        || running().client().takeStirred()
        || nextDueNanos - originNanos <= cluster.nowNanos();
  }

  /// Takes turns until there is nothing more to do now.
  void turn() {
    Running now = running();
    now.inbox().turnBegins();
    boolean again = true;
    while (again) {
      stirred = false;
      long due = now.publish().turn();
      nextDueNanos = Math.min(due, now.node().turn(now.core()));
      again = now.inbox().takeStirred() || stirred;
    }
  }

  /// When it has something to do if nothing is told.
  long nextDueNanos() {
    if (stirred) {
      return cluster.nowNanos();
    }
    return nextDueNanos == NEVER ? NEVER : nextDueNanos - originNanos;
  }

  @Nullable Latch told(String key) {
    return running().inbox().told(key);
  }

  /// The epoch of its last own move of the latch; 0 for none.
  long movedEpoch(String key) {
    return movedEpochs.getOrDefault(key, 0L);
  }

  private Running running() {
    return Objects.requireNonNull(running, () -> name + " is not running");
  }

  @Override
  public void thinks(SavedOpinion opinion) {
    String target = opinion.target();
    if (opinion.health() == Health.DOWN) {
      lastDownNanos.put(target, NEVER);
      downSinceNanos.putIfAbsent(target, cluster.nowNanos());
    } else {
      downSinceNanos.remove(target);
      lastDownNanos.computeIfPresent(
          target, (_, last) -> last == NEVER ? cluster.nowNanos() : last);
    }
  }

  @Override
  public void trustsItself(boolean trusts) {
    cluster.note(name + (trusts ? " believes itself again" : " does not believe itself"));
    trustedSinceNanos = trusts ? cluster.nowNanos() : NEVER;
  }

  @Override
  public void serves(Serving now) {
    serving = now;
  }

  @Override
  public void moves(Latch latch) {
    movedEpochs.put(latch.key(), latch.epoch());
    if (running != null) {
      running.inbox().moved(latch.key());
    }
  }

  @Override
  public void stirred() {
    stirred = true;
  }
}
