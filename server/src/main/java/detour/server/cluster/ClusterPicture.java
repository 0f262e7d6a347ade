package detour.server.cluster;

import detour.failover.verdict.Presence;
import detour.server.cluster.store.StoreFailure;
import detour.server.publish.ClusterState;
import detour.server.publish.ClusterState.NodeState;
import detour.server.publish.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Draws the cluster for people. Cluster thread only.
final class ClusterPicture {
  private static final Duration SKEW_MUCH = Duration.ofSeconds(5);

  private final Membership settings;
  private final Time time;
  private final Session session;
  private final SharedLatches latches;
  private final SharedOverrides overrides;
  private final OtherNodes others;
  private final Outbox outbox;

  /// By node: since when another one has a later epoch.
  private final Map<String, Long> behindSinceNanos = new HashMap<>();

  ClusterPicture(
      Membership settings,
      Time time,
      Session session,
      SharedLatches latches,
      SharedOverrides overrides,
      OtherNodes others,
      Outbox outbox) {
    this.settings = settings;
    this.time = time;
    this.session = session;
    this.latches = latches;
    this.overrides = overrides;
    this.others = others;
    this.outbox = outbox;
  }

  /// A node, and what is compared of it.
  private record Seen(
      String name,
      Heartbeat says,
      String presence,
      String detail,
      @Nullable Duration presentFor,
      @Nullable Duration heard,
      @Nullable Duration skew) {
    boolean present() {
      return !presence.equals("ABSENT");
    }

    boolean answers() {
      return present() && !says.role().equals("probe");
    }
  }

  /// What most of the nodes that answer show.
  ///
  /// @param epoch the latest of all
  private record Reference(long epoch, long serves, long rules) {
    static Reference of(List<Seen> seen) {
      List<Heartbeat> says = seen.stream().filter(Seen::answers).map(Seen::says).toList();
      return new Reference(
          says.stream().mapToLong(Heartbeat::epoch).max().orElse(0),
          most(says, Heartbeat::serves),
          most(says, Heartbeat::rules));
    }

    /// What most say; of as many, those with the later epoch.
    private static long most(List<Heartbeat> says, ToLongFunction<Heartbeat> what) {
      Map<Long, Integer> votes = new HashMap<>();
      Map<Long, Long> epochs = new HashMap<>();
      for (Heartbeat each : says) {
        votes.merge(what.applyAsLong(each), 1, Integer::sum);
        epochs.merge(what.applyAsLong(each), each.epoch(), Math::max);
      }
      return votes.keySet().stream()
          .max(
              Comparator.<Long>comparingInt(value -> votes.getOrDefault(value, 0))
                  .thenComparingLong(value -> epochs.getOrDefault(value, 0L)))
          .orElse(0L);
    }
  }

  /// @param age how long ago the shared view was last known to be current; null for never
  ClusterState draw(@Nullable Duration age, boolean reachable) {
    long nowNanos = time.nowNanos();
    boolean stale = age == null || age.compareTo(settings.staleAfter()) >= 0;
    List<Seen> seen = seen(nowNanos, stale);
    Reference reference = Reference.of(seen);
    seen.forEach(node -> noteBehind(node, reference, nowNanos));
    List<NodeState> nodes =
        seen.stream().map(node -> state(node, reference, stale, nowNanos)).toList();
    StoreFailure trouble = outbox.trouble();
    return new ClusterState(
        settings.cluster(),
        reachable,
        age,
        stale,
        trouble == null ? null : trouble.getMessage(),
        latches.waiting() + overrides.waiting(),
        nodes,
        alarms(seen, reference, stale));
  }

  private List<Seen> seen(long nowNanos, boolean stale) {
    List<Seen> seen = new ArrayList<>();
    seen.add(own(nowNanos));
    for (OtherNode node : others.all()) {
      Heartbeat says = node.lastHeartbeat();
      if (says != null) {
        boolean present = !stale && node.attendance() != Presence.ABSENT;
        seen.add(
            new Seen(
                node.name(),
                says,
                stale ? "ABSENT" : node.attendance().name(),
                stale ? "nothing is heard of the others" : node.attendanceDetail(),
                present ? Duration.ofNanos(nowNanos - node.presentNanos()) : null,
                Duration.ofNanos(nowNanos - node.heardNanos()),
                node.skew()));
      }
    }
    return seen;
  }

  private Seen own(long nowNanos) {
    Heartbeat says = session.heartbeat();
    boolean held = session.held();
    return new Seen(
        settings.node(),
        says,
        !held ? "ABSENT" : says.impaired() ? "IMPAIRED" : "PRESENT",
        held ? says.finding() : "it has no lease of the cluster's store",
        held ? Duration.ofNanos(nowNanos - session.grantedNanos()) : null,
        null,
        Duration.ZERO);
  }

  private void noteBehind(Seen node, Reference reference, long nowNanos) {
    if (node.answers() && node.says().epoch() < reference.epoch()) {
      behindSinceNanos.putIfAbsent(node.name(), nowNanos);
    } else {
      behindSinceNanos.remove(node.name());
    }
  }

  private NodeState state(Seen node, Reference reference, boolean stale, long nowNanos) {
    Heartbeat says = node.says();
    String disagreement = disagreement(node, reference, stale);
    Long behindSince = behindSinceNanos.get(node.name());
    return new NodeState(
        node.name(),
        says.region(),
        says.role(),
        says.version(),
        node.presence(),
        node.detail(),
        node.presentFor(),
        node.heard(),
        node.skew(),
        says.clock(),
        says.epoch(),
        behindSince == null ? null : Duration.ofNanos(nowNanos - behindSince),
        says.rules(),
        says.opinions(),
        says.frozen(),
        disagreement.isEmpty(),
        disagreement,
        says.configuration());
  }

  private static String disagreement(Seen node, Reference reference, boolean stale) {
    Heartbeat says = node.says();
    if (!node.present()) {
      return "what it answers is not known: " + node.detail();
    }
    boolean behind = says.epoch() < reference.epoch();
    if (!node.answers() || (!behind && says.serves() == reference.serves())) {
      return "";
    }
    if (behind) {
      return "it is at epoch %d of %d: %s"
          .formatted(says.epoch(), reference.epoch(), whyBehind(says));
    }
    if (says.rules() != reference.rules()) {
      return "its configuration differs from that of most nodes";
    }
    if (says.impaired()) {
      return "it does not trust what it sees: " + says.finding();
    }
    if (says.frozen() > 0) {
      return frozen(says);
    }
    return stale
        ? "it may have decided since it was heard last"
        : "it decides otherwise on the same latches: compare its detour status";
  }

  private static String whyBehind(Heartbeat says) {
    if (!says.behind().isEmpty()) {
      return says.behind();
    }
    return says.frozen() > 0 ? frozen(says) : "it has not taken over the rest yet";
  }

  private static String frozen(Heartbeat says) {
    return "the verdicts on %d of its endpoints are frozen, for it hears of too few vantages"
        .formatted(says.frozen());
  }

  private List<String> alarms(List<Seen> seen, Reference reference, boolean stale) {
    List<String> alarms = new ArrayList<>();
    if (stale) {
      alarms.add(
          "the cluster's store was not heard of for longer than stale_after: verdicts that need"
              + " other vantages are frozen, and nothing fails back");
    }
    String namesake = session.namesake();
    if (namesake != null) {
      alarms.add(namesake);
    }
    for (Seen node : seen) {
      Heartbeat says = node.says();
      if (node.present() && says.protocol() > Records.VERSION) {
        alarms.add(
            "this node is older than %s (%s): upgrade it before the others write what it cannot read"
                .formatted(node.name(), says.version()));
      }
      if (node.answers() && !says.behind().isEmpty()) {
        alarms.add(
            "%s does not follow all that was agreed on: %s".formatted(node.name(), says.behind()));
      }
      if (node.answers() && says.rules() != reference.rules()) {
        alarms.add(
            "%s is configured otherwise than most nodes: its services or how it decides on them differ"
                .formatted(node.name()));
      }
      Duration skew = node.skew();
      if (skew != null && skew.abs().compareTo(SKEW_MUCH) > 0) {
        alarms.add(
            "the clock of %s is %d s %s this node's: overrides with an end run out at different"
                    .formatted(
                        node.name(),
                        skew.abs().toSeconds(),
                        skew.isNegative() ? "behind" : "ahead of")
                + " times");
      }
    }
    return alarms;
  }
}
