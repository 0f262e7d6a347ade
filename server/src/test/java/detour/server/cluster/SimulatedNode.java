package detour.server.cluster;

import detour.dns.answer.AnswerTable;
import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.server.cluster.store.SimulatedClient;
import detour.server.metrics.Metrics;
import detour.server.publish.Agreed;
import detour.server.publish.Cluster;
import detour.server.publish.ClusterState;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Latch;
import detour.server.publish.Peers;
import detour.server.publish.PublishedState;
import detour.server.publish.Serving;
import detour.server.publish.SteppedPublish;
import detour.server.publish.Time;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One whole node of a simulated cluster: the real publish loop and the real cluster node, stepped,
/// between a disk that survives a crash and a link that can be cut.
final class SimulatedNode {
  final String name;
  private final SimulatedCluster world;
  private final SteppedPublish.Disk disk = new SteppedPublish.Disk();
  private final Time time;
  private @Nullable Running running;
  private boolean paused;
  private long nextDueNanos;

  /// Since when its link has been whole, or cut; Long.MAX_VALUE when it is the other.
  private long wholeSinceNanos;

  private long cutSinceNanos = Long.MAX_VALUE;

  /// When this vantage last thought that a target is down, by target; Long.MAX_VALUE while it does.
  private final Map<String, Long> lastDownNanos = new HashMap<>();

  /// Since when it has thought so; absent while it does not.
  private final Map<String, Long> downSinceNanos = new HashMap<>();

  /// The latches that its publish loop was told of last, until it moves them itself.
  private final Map<String, Latch> told = new HashMap<>();

  /// Those that it moved in this turn.
  private final Set<String> moved = new HashSet<>();

  /// @param originNanos how its monotonic clock differs
  /// @param skew how its wall clock differs
  SimulatedNode(String name, SimulatedCluster world, long originNanos, Duration skew) {
    this.name = name;
    this.world = world;
    time = new Time(() -> world.nowNanos() + originNanos, () -> world.wall().plus(skew));
  }

  private record Running(
      SimulatedClient client, ClusterNode node, Participation core, SteppedPublish publish) {}

  void start(RandomGenerator chance) {
    SimulatedClient client = world.store().client();
    ClusterNode node =
        new ClusterNode(
            new Membership(
                "default",
                name,
                name,
                Membership.Role.BOTH,
                SimulatedCluster.LEASE,
                SimulatedCluster.STALE_AFTER),
            client,
            time,
            new Metrics());
    SteppedPublish publish =
        SteppedPublish.of(
            time, disk, new Watched(node), name, world.policy(), SimulatedCluster.SERVICES);
    publish.begin();
    Participation core = node.begin(new Overheard(publish.inbox()), chance);
    running = new Running(client, node, core, publish);
    paused = false;
    nextDueNanos = 0;
    whole();
  }

  /// As by `kill -9`: what is not on the disk is lost.
  void crash() {
    running().client().close();
    told.clear();
    moved.clear();
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
      wholeSinceNanos = Math.max(wholeSinceNanos, world.nowNanos());
      if (cutSinceNanos != Long.MAX_VALUE) {
        cutSinceNanos = world.nowNanos();
      }
    }
  }

  SimulatedClient client() {
    return running().client();
  }

  SteppedPublish publish() {
    return running().publish();
  }

  PublishedState state() {
    return publish().state();
  }

  AnswerTable table() {
    return publish().table();
  }

  ClusterState cluster() {
    return running().core().state();
  }

  void whole() {
    wholeSinceNanos = world.nowNanos();
    cutSinceNanos = Long.MAX_VALUE;
  }

  void harmed() {
    wholeSinceNanos = Long.MAX_VALUE;
  }

  void cut() {
    harmed();
    cutSinceNanos = world.nowNanos();
  }

  /// Whether it has worked with a whole link for so long.
  boolean isWellFor(Duration duration) {
    return works()
        && wholeSinceNanos != Long.MAX_VALUE
        && world.nowNanos() - wholeSinceNanos >= duration.toNanos();
  }

  boolean isCutFor(Duration duration) {
    return cutSinceNanos != Long.MAX_VALUE
        && world.nowNanos() - cutSinceNanos >= duration.toNanos();
  }

  boolean thoughtDownWithin(String target, Duration duration) {
    Long last = lastDownNanos.get(target);
    return last != null
        && (last == Long.MAX_VALUE || world.nowNanos() - last <= duration.toNanos());
  }

  boolean thinksDownFor(String target, Duration duration) {
    Long since = downSinceNanos.get(target);
    return since != null && world.nowNanos() - since >= duration.toNanos();
  }

  boolean thinksDown(String target) {
    return downSinceNanos.containsKey(target);
  }

  /// Takes turns until there is nothing more to do now.
  void turn() {
    told.keySet().removeAll(moved);
    moved.clear();
    Running now = running();
    now.publish().turn();
    long due = now.node().turn(now.core());
    due = Math.min(due, now.publish().turn());
    nextDueNanos = Math.min(due, now.node().turn(now.core()));
  }

  /// When it has something to do if nothing is told.
  long nextDueNanos() {
    long due = nextDueNanos;
    return due == Long.MAX_VALUE ? due : due - (time.nowNanos() - world.nowNanos());
  }

  /// The latch from which it judges, or did before its last turn: what it was told last, unless it
  /// moved on by itself.
  @Nullable Latch told(String key) {
    return told.get(key);
  }

  Iterable<String> history() {
    return disk.history();
  }

  private Running running() {
    return Objects.requireNonNull(running, () -> name + " is not running");
  }

  /// Notes what latches the publish loop is told of.
  private final class Overheard implements Inbox {
    private final Inbox publish;

    Overheard(Inbox publish) {
      this.publish = publish;
    }

    @Override
    public void agreed(Agreed agreed) {
      if (agreed instanceof Agreed.Latches latches) {
        for (Latch latch : latches.latches()) {
          told.put(latch.key(), latch);
          moved.remove(latch.key());
        }
      }
      publish.agreed(agreed);
    }

    @Override
    public void observed(ProbeTarget target, Observation observation) {
      publish.observed(target, observation);
    }

    @Override
    public void observed(List<Inbox.Observed> results) {
      publish.observed(results);
    }

    @Override
    public void resolved(String hostName, List<InetAddress> addresses) {
      publish.resolved(hostName, addresses);
    }

    @Override
    public CompletableFuture<Void> command(Command command) {
      return publish.command(command);
    }

    @Override
    public void peers(Peers.Change change) {
      publish.peers(change);
    }
  }

  /// Notes what the vantage thinks before the others are told.
  private final class Watched implements Cluster {
    private final Cluster node;

    Watched(Cluster node) {
      this.node = node;
    }

    private void note(SavedOpinion opinion) {
      String target = opinion.target();
      if (opinion.health() == Health.DOWN) {
        lastDownNanos.put(target, Long.MAX_VALUE);
        downSinceNanos.putIfAbsent(target, world.nowNanos());
      } else {
        downSinceNanos.remove(target);
        lastDownNanos.computeIfPresent(
            target, (_, last) -> last == Long.MAX_VALUE ? world.nowNanos() : last);
      }
    }

    @Override
    public void opinions(Collection<SavedOpinion> all) {
      all.forEach(this::note);
      node.opinions(all);
    }

    @Override
    public void opinion(SavedOpinion transition) {
      note(transition);
      node.opinion(transition);
    }

    @Override
    public void impaired(boolean impaired, String finding) {
      node.impaired(impaired, finding);
    }

    @Override
    public void serves(Serving serving) {
      node.serves(serving);
    }

    @Override
    public void moved(Latch latch) {
      moved.add(latch.key());
      node.moved(latch);
    }

    @Override
    public CompletableFuture<Void> failBack(Latch wanted) {
      return node.failBack(wanted);
    }

    @Override
    public CompletableFuture<Void> override(
        OverridePath path, @Nullable OperatorOverride override) {
      return node.override(path, override);
    }
  }
}
