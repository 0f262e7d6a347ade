package detour.server.cluster;

import detour.failover.model.Health;
import detour.failover.verdict.Presence;
import detour.server.publish.Peers.PeerOpinion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Another node of the cluster: what it said of itself last, and what it told of its opinions.
/// Cluster thread only.
final class OtherNode {
  private static final int SAMPLES = 5;

  private final String name;
  private final Map<String, Health> opinions = new HashMap<>();
  private long digest;
  private int mismatches;
  private @Nullable Heartbeat says;
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
  @Nullable Heartbeat lastHeartbeat() {
    return says;
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
    if (!present || says == null) {
      return Presence.ABSENT;
    }
    return says.impaired() ? Presence.IMPAIRED : Presence.PRESENT;
  }

  String attendanceDetail() {
    if (says == null) {
      return "it was not heard of since this node started";
    }
    if (unreadable) {
      return "it runs version %s, whose records (v%d) this node cannot read: upgrade this node"
          .formatted(says.version(), says.protocol());
    }
    return present ? says.finding() : "its lease ran out";
  }

  /// By how much its clock is ahead of this node's; null while not known. What is late on the way
  /// makes a clock seem to be behind, so the latest of the last readings is the best.
  @Nullable Duration skew() {
    return ahead.stream().max(Duration::compareTo).orElse(null);
  }

  /// @param now what this node's wall clock shows, for a heartbeat that comes as it is written;
  ///   null for one that may be old
  void heard(Heartbeat said, long nowNanos, @Nullable Instant now) {
    says = said;
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

  /// Whether what a store that may have gone back holds of it was overtaken by what was heard of
  /// it: by its own clock it wrote this before, or at, what was heard last; or it speaks of other
  /// opinions than are held, and has yet to tell them anew.
  boolean isOvertaken(byte[] heartbeat, Map<String, PeerOpinion> held) {
    Heartbeat last = says;
    Heartbeat said =
        Records.laterVersion(heartbeat) > 0 ? null : Records.heartbeat(heartbeat).orElse(null);
    return last != null
        && said != null
        && (!said.clock().isAfter(last.clock()) || !speaksOf(said, held));
  }

  /// Whether its last heartbeat was written when these were all its opinions.
  boolean speaksOf(Map<String, PeerOpinion> held) {
    return says != null && speaksOf(says, held);
  }

  private static boolean speaksOf(Heartbeat said, Map<String, PeerOpinion> held) {
    long digest = 0;
    for (var entry : held.entrySet()) {
      digest += OwnOpinions.digestOf(entry.getKey(), entry.getValue().health());
    }
    return said.digest() == digest && said.opinions() == held.size();
  }

  /// It is there, and what it thinks cannot be known.
  void unreadable(Heartbeat shown, long nowNanos) {
    says = shown;
    present = false;
    unreadable = true;
    heardNanos = nowNanos;
  }

  void left() {
    present = false;
    unreadable = false;
  }

  /// @return whether anything differs from what was known
  boolean thinks(Map<String, PeerOpinion> all) {
    boolean same = all.size() == opinions.size();
    for (var entry : all.entrySet()) {
      same = same && opinions.get(entry.getKey()) == entry.getValue().health();
    }
    if (!same) {
      opinions.clear();
      digest = 0;
      all.forEach((target, opinion) -> turned(target, opinion.health()));
    }
    return !same;
  }

  void turned(String target, Health health) {
    boolean gone = health == Health.UNKNOWN;
    Health before = gone ? opinions.remove(target) : opinions.put(target, health);
    digest -= before == null ? 0 : OwnOpinions.digestOf(target, before);
    digest += gone ? 0 : OwnOpinions.digestOf(target, health);
  }

  /// Whether its last heartbeat spoke of other opinions than were heard of it.
  boolean isDoubted() {
    return mismatches > 0;
  }

  /// Forgets earlier doubts.
  void believe() {
    mismatches = 0;
  }

  /// Twice in a row, for a heartbeat may be written while the fate of opinions is unknown.
  boolean missedSomething() {
    return mismatches == 2;
  }

  boolean attendanceTurned() {
    boolean turned = toldAttendance != attendance() || !toldDetail.equals(attendanceDetail());
    toldAttendance = attendance();
    toldDetail = attendanceDetail();
    return turned;
  }
}
