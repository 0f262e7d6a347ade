package detour.server.cluster;

import detour.failover.model.Health;
import detour.failover.verdict.Presence;
import detour.server.cluster.store.Change;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.publish.Inbox;
import detour.server.publish.Peers;
import detour.server.publish.Peers.PeerOpinion;
import detour.server.publish.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The other nodes: who is present, what they think, how their clocks differ. Cluster thread only.
///
/// A heartbeat carries a digest of the opinions that its node told before. Since the store shows
/// all its changes in one order, whoever has another digest when a heartbeat comes has missed
/// something and must list anew.
final class OtherNodes {
  private final String self;
  private final Keys keys;
  private final Inbox inbox;
  private final Time time;
  private final Map<String, OtherNode> nodes = new TreeMap<>();

  OtherNodes(String self, Keys keys, Inbox inbox, Time time) {
    this.self = self;
    this.keys = keys;
    this.inbox = inbox;
    this.time = time;
  }

  /// By name, those that were ever heard of.
  Collection<OtherNode> all() {
    return nodes.values();
  }

  /// Takes in what the whole store holds.
  void listed(Listing listing) {
    Map<String, Map<String, PeerOpinion>> opinions = new HashMap<>();
    Map<String, byte[]> presences = new HashMap<>();
    for (Entry entry : listing.entries()) {
      switch (keys.subject(entry.key())) {
        case Keys.Subject.Presence(String vantage) when !vantage.equals(self) ->
            presences.put(vantage, entry.value());
        case Keys.Subject.Opinion(String vantage, String target) when !vantage.equals(self) ->
            Records.opinion(entry.value())
                .ifPresent(read ->
                    opinions.computeIfAbsent(vantage, _ -> new HashMap<>()).put(target, read));
        case null, default -> {}
      }
    }
    presences.keySet().forEach(this::node);
    opinions.keySet().forEach(this::node);
    for (OtherNode node : nodes.values()) {
      Map<String, PeerOpinion> all = opinions.getOrDefault(node.name(), Map.of());
      if (node.listed(all)) {
        inbox.peers(new Peers.Change.Opinions(node.name(), true, all));
      }
      byte[] presence = presences.get(node.name());
      if (presence == null) {
        node.left();
      } else {
        heard(node, presence, null);
      }
      tellAttendance(node);
    }
  }

  /// Takes in changes in their order; those of one node's opinions are told together.
  ///
  /// @param late whether they may have been made long ago
  /// @return whether something was missed, so that only a listing helps
  boolean changed(List<Change> changes, boolean late) {
    boolean missed = false;
    Map<String, Map<String, PeerOpinion>> turned = new TreeMap<>();
    for (Change change : changes) {
      switch (keys.subject(change.key())) {
        case Keys.Subject.Opinion(String vantage, String target) when !vantage.equals(self) -> {
          PeerOpinion opinion = opinion(change);
          node(vantage).turned(target, opinion.health());
          turned.computeIfAbsent(vantage, _ -> new HashMap<>()).put(target, opinion);
        }
        case Keys.Subject.Presence(String vantage) when !vantage.equals(self) -> {
          OtherNode node = node(vantage);
          attended(node, change, late);
          missed |= node.missedSomething();
        }
        case null, default -> {}
      }
    }
    turned.forEach(
        (vantage, opinions) -> inbox.peers(new Peers.Change.Opinions(vantage, false, opinions)));
    return missed;
  }

  private void attended(OtherNode node, Change change, boolean late) {
    switch (change) {
      case Change.Put(Entry entry) -> heard(node, entry.value(), late ? null : time.now());
      case Change.Removed _ -> node.left();
    }
    tellAttendance(node);
  }

  private void heard(OtherNode node, byte[] value, @Nullable Instant now) {
    if (Records.laterVersion(value) > 0) {
      node.unreadable(Records.unreadable(value), time.nowNanos());
    } else {
      Records.presence(value).ifPresent(said -> node.heard(said, time.nowNanos(), now));
    }
  }

  private void tellAttendance(OtherNode node) {
    if (node.attendanceTurned()) {
      inbox.peers(
          new Peers.Change.Attendance(node.name(), node.attendance(), node.attendanceDetail()));
    }
  }

  /// What is malformed counts as gone.
  private static PeerOpinion opinion(Change change) {
    PeerOpinion gone = new PeerOpinion(Health.UNKNOWN, Instant.EPOCH);
    return switch (change) {
      case Change.Put(Entry entry) -> Records.opinion(entry.value()).orElse(gone);
      case Change.Removed _ -> gone;
    };
  }

  private OtherNode node(String name) {
    return nodes.computeIfAbsent(name, OtherNode::new);
  }

  /// By how much the clock of a node is ahead of this one's; null while not known.
  @Nullable Duration skewOf(String name) {
    OtherNode node = nodes.get(name);
    return node == null ? null : node.skew();
  }

  /// How many are present.
  int present() {
    return (int)
        nodes.values().stream().filter(node -> node.attendance() == Presence.PRESENT).count();
  }

  /// One other node.
  static final class OtherNode {
    private static final int SAMPLES = 5;

    private final String name;
    private final Map<String, Health> opinions = new HashMap<>();
    private long digest;
    private int mismatches;
    private detour.server.cluster.@Nullable Presence presence;
    private boolean present;
    private boolean unreadable;
    private long presentNanos;
    private long heardNanos;
    private final List<Duration> ahead = new ArrayList<>();
    private @Nullable Presence toldAttendance;
    private String toldDetail = "";

    OtherNode(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }

    /// What it said last; null when it never said anything.
    detour.server.cluster.@Nullable Presence presence() {
      return presence;
    }

    /// When it was heard last, meaningful once it was.
    long heardNanos() {
      return heardNanos;
    }

    /// Since when it is present, meaningful while it is.
    long presentNanos() {
      return presentNanos;
    }

    Presence attendance() {
      if (!present || presence == null) {
        return Presence.ABSENT;
      }
      return presence.impaired() ? Presence.IMPAIRED : Presence.PRESENT;
    }

    String attendanceDetail() {
      if (presence == null) {
        return "it was not heard of since this node started";
      }
      if (unreadable) {
        return "it runs version %s, whose records (v%d) this node cannot read: upgrade this node"
            .formatted(presence.version(), presence.protocol());
      }
      return present ? presence.finding() : "its lease ran out";
    }

    /// By how much its clock is ahead of this node's; null while not known. What is late on the way
    /// makes a clock seem to be behind, so the latest of the last readings is the best.
    @Nullable Duration skew() {
      return ahead.stream().max(Duration::compareTo).orElse(null);
    }

    /// @param now what this node's wall clock shows, for a heartbeat that comes as it is written;
    ///   null for one that may be old
    private void heard(detour.server.cluster.Presence said, long nowNanos, @Nullable Instant now) {
      presence = said;
      presentNanos = present ? presentNanos : nowNanos;
      present = true;
      unreadable = false;
      heardNanos = nowNanos;
      boolean same = said.digest() == digest && said.opinions() == opinions.size();
      mismatches = same ? 0 : mismatches + 1;
      if (now != null) {
        ahead.add(Duration.between(now, said.clock()));
        if (ahead.size() > SAMPLES) {
          ahead.removeFirst();
        }
      }
    }

    /// It is there, and what it thinks cannot be known.
    private void unreadable(detour.server.cluster.Presence shown, long nowNanos) {
      presence = shown;
      present = false;
      unreadable = true;
      heardNanos = nowNanos;
    }

    private void left() {
      present = false;
      unreadable = false;
    }

    /// @return whether anything differs from what was known
    private boolean listed(Map<String, PeerOpinion> all) {
      boolean same = all.size() == opinions.size();
      for (var entry : all.entrySet()) {
        same = same && opinions.get(entry.getKey()) == entry.getValue().health();
      }
      if (!same) {
        opinions.clear();
        digest = 0;
        all.forEach((target, opinion) -> turned(target, opinion.health()));
      }
      mismatches = 0;
      return !same;
    }

    private void turned(String target, Health health) {
      boolean gone = health == Health.UNKNOWN;
      Health before = gone ? opinions.remove(target) : opinions.put(target, health);
      digest -= before == null ? 0 : OwnOpinions.digestOf(target, before);
      digest += gone ? 0 : OwnOpinions.digestOf(target, health);
    }

    /// Twice in a row, for a heartbeat may be written while the fate of opinions is unknown.
    private boolean missedSomething() {
      return mismatches == 2;
    }

    private boolean attendanceTurned() {
      boolean turned = toldAttendance != attendance() || !toldDetail.equals(attendanceDetail());
      toldAttendance = attendance();
      toldDetail = attendanceDetail();
      return turned;
    }
  }
}
