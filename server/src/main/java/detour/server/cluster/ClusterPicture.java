package detour.server.cluster;

import detour.server.cluster.OtherNodes.OtherNode;
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
      Presence says,
      String presence,
      String detail,
      @Nullable Duration heard,
      @Nullable Duration skew) {
    boolean present() {
      return !presence.equals("ABSENT");
    }

    boolean answers() {
      return !says.role().equals("probe");
    }
  }

  /// @param age how long ago the shared view was last known to be current; null for never
  ClusterState draw(@Nullable Duration age, boolean reachable) {
    long nowNanos = time.nowNanos();
    boolean stale = age == null || age.compareTo(settings.staleAfter()) >= 0;
    List<Seen> seen = seen(nowNanos, stale);
    long reference = mostServed(seen);
    long latest = seen.stream().mapToLong(node -> node.says().agreedRevision()).max().orElse(0);
    List<NodeState> nodes =
        seen.stream().map(node -> state(node, reference, latest, stale)).toList();
    StoreFailure trouble = outbox.trouble();
    return new ClusterState(
        settings.cluster(),
        reachable,
        age,
        stale,
        trouble == null ? null : trouble.getMessage(),
        latches.waiting() + overrides.waiting(),
        nodes,
        alarms(seen, stale));
  }

  private List<Seen> seen(long nowNanos, boolean stale) {
    List<Seen> seen = new ArrayList<>();
    Presence own = session.presence();
    String presence = !session.held() ? "ABSENT" : own.impaired() ? "IMPAIRED" : "PRESENT";
    String detail = session.held() ? own.finding() : "it has no lease of the cluster's store";
    seen.add(new Seen(settings.node(), own, presence, detail, null, Duration.ZERO));
    for (OtherNode node : others.all()) {
      Presence says = node.presence();
      if (says != null) {
        seen.add(
            new Seen(
                node.name(),
                says,
                stale ? "ABSENT" : node.attendance().name(),
                stale ? "nothing is heard of the others" : node.attendanceDetail(),
                Duration.ofNanos(nowNanos - node.heardNanos()),
                node.skew()));
      }
    }
    return seen;
  }

  /// What most of those present answer with; of as many the one with the later epoch.
  private static long mostServed(List<Seen> seen) {
    Map<Long, Integer> votes = new HashMap<>();
    Map<Long, Long> epochs = new HashMap<>();
    for (Seen node : seen) {
      if (node.present() && node.answers()) {
        votes.merge(node.says().serves(), 1, Integer::sum);
        epochs.merge(node.says().serves(), node.says().agreedRevision(), Math::max);
      }
    }
    return votes.keySet().stream()
        .max(
            Comparator.<Long>comparingInt(serves -> votes.getOrDefault(serves, 0))
                .thenComparingLong(serves -> epochs.getOrDefault(serves, 0L)))
        .orElse(0L);
  }

  private static NodeState state(Seen node, long reference, long latest, boolean stale) {
    Presence says = node.says();
    String disagreement = disagreement(node, reference, latest, stale);
    return new NodeState(
        node.name(),
        says.region(),
        says.role(),
        says.version(),
        node.presence(),
        node.detail(),
        node.heard(),
        node.skew(),
        says.clock(),
        says.agreedRevision(),
        says.opinions(),
        says.frozen(),
        disagreement.isEmpty(),
        disagreement,
        says.configuration());
  }

  private static String disagreement(Seen node, long reference, long latest, boolean stale) {
    Presence says = node.says();
    if (!node.present()) {
      return "what it answers is not known: " + node.detail();
    }
    if (!node.answers() || says.serves() == reference) {
      return "";
    }
    if (says.agreedRevision() < latest) {
      return "it has taken over what was agreed up to epoch %d of %d"
          .formatted(says.agreedRevision(), latest);
    }
    if (says.impaired()) {
      return "it does not trust what it sees: " + says.finding();
    }
    if (says.frozen() > 0) {
      return "the verdicts on %d of its endpoints are frozen, for it hears of too few vantages"
          .formatted(says.frozen());
    }
    return stale
        ? "it may have decided since it was heard last"
        : "it decides otherwise on the same latches: compare its detour status and configuration";
  }

  private List<String> alarms(List<Seen> seen, boolean stale) {
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
