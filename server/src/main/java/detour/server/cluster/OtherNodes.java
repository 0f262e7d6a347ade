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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
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
  ///
  /// @param storeIsNew whether it may hold what was long ago, as after the restoring of a backup.
  ///   Then what was heard of a node later than that stands until the node is heard again, which it
  ///   is once it has told everything anew.
  void listed(Listing listing, boolean storeIsNew) {
    Map<String, byte[]> presences = new HashMap<>();
    for (Entry entry : listing.entries()) {
      if (keys.subject(entry.key()) instanceof Keys.Subject.Presence(String vantage)
          && !vantage.equals(self)) {
        presences.put(vantage, entry.value());
      }
    }
    Map<String, Map<String, PeerOpinion>> opinions = opinions(listing.entries());
    presences.keySet().forEach(this::node);
    opinions.keySet().forEach(this::node);
    for (OtherNode node : nodes.values()) {
      byte[] presence = presences.get(node.name());
      Map<String, PeerOpinion> all = opinions.getOrDefault(node.name(), Map.of());
      if (storeIsNew && presence != null && node.isOvertaken(presence, all)) {
        continue;
      }
      thinks(node, all);
      node.believe();
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
  /// @param held the entries whose keys begin with this, the changes among them
  /// @return whether something was missed, so that only a listing helps
  boolean changed(List<Change> changes, boolean late, Function<String, List<Entry>> held) {
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
          if (node.isDoubted()) {
            Map<String, PeerOpinion> all =
                opinions(held.apply(keys.opinions(vantage))).getOrDefault(vantage, Map.of());
            if (node.missedSomething() || node.speaksOf(all)) {
              thinks(node, all);
            }
          }
        }
        case null, default -> {}
      }
    }
    turned.forEach(
        (vantage, opinions) -> inbox.peers(new Peers.Change.Opinions(vantage, false, opinions)));
    return missed;
  }

  /// By vantage and target; without those of this node.
  private Map<String, Map<String, PeerOpinion>> opinions(List<Entry> entries) {
    Map<String, Map<String, PeerOpinion>> opinions = new HashMap<>();
    for (Entry entry : entries) {
      if (keys.subject(entry.key()) instanceof Keys.Subject.Opinion(String vantage, String target)
          && !vantage.equals(self)) {
        Records.opinion(entry.value())
            .ifPresent(
                read -> opinions.computeIfAbsent(vantage, _ -> new HashMap<>()).put(target, read));
      }
    }
    return opinions;
  }

  private void thinks(OtherNode node, Map<String, PeerOpinion> all) {
    if (node.thinks(all)) {
      inbox.peers(new Peers.Change.Opinions(node.name(), true, all));
    }
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
      Records.heartbeat(value).ifPresent(said -> node.heard(said, time.nowNanos(), now));
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
}
