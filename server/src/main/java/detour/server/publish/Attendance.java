package detour.server.publish;

import detour.failover.model.Model;
import detour.failover.model.Vantage;
import detour.failover.verdict.Presence;
import java.util.List;

/// Which vantages may be counted, this one among them. Publish thread only, but for [#peers].
final class Attendance {
  private final Time time;
  private final Chronicle chronicle;
  private final Peers peers = new Peers();
  private String own = "";
  private boolean impaired;

  /// Whether the last that was known of the others was too old to count.
  private boolean wasStale = true;

  Attendance(Time time, Chronicle chronicle) {
    this.time = time;
    this.chronicle = chronicle;
  }

  /// Takes the vantage that this configuration names for its own.
  void of(Model model) {
    own = model.vantage();
  }

  /// What is known of the others. Any thread may read it.
  Peers peers() {
    return peers;
  }

  String own() {
    return own;
  }

  /// Whether this vantage abstains, since it distrusts what it sees.
  boolean impaired() {
    return impaired;
  }

  void impaired(boolean now) {
    impaired = now;
  }

  Presence presence(Vantage vantage, long nowNanos) {
    if (!vantage.name().equals(own)) {
      return peers.presence(vantage.name(), nowNanos);
    }
    return impaired ? Presence.IMPAIRED : Presence.PRESENT;
  }

  /// The declared vantages that are present.
  private List<Vantage> present(Model model) {
    long nowNanos = time.nowNanos();
    return model.verdicts().vantages().stream()
        .filter(vantage -> presence(vantage, nowNanos) == Presence.PRESENT)
        .toList();
  }

  /// Shares out anew who probes what among those that are present.
  ///
  /// @return what this node began or ceased to probe
  List<LiveTarget> shareOut(Directory directory) {
    return directory.shares().shareOut(present(directory.configuration().model()), impaired);
  }

  /// Takes in news of the others.
  Peers.Effect heard(Peers.Change change) {
    if (change instanceof Peers.Change.Attendance attendance) {
      report(attendance);
    }
    return peers.apply(change);
  }

  /// That a vantage is there is no news when it was not heard of before.
  private void report(Peers.Change.Attendance attendance) {
    String vantage = attendance.vantage();
    Presence before = peers.told(vantage);
    boolean expected = !peers.knows(vantage) && attendance.presence() == Presence.PRESENT;
    if (before != attendance.presence() && !expected) {
      chronicle.event(
          null,
          "vantage",
          vantage,
          before.name(),
          attendance.presence().name(),
          attendance.detail(),
          Chronicle.SELF);
    }
  }

  /// Whether since the last call what is known of the others became too old to count, or is recent
  /// again.
  boolean staleTurned() {
    boolean stale = peers.view().stale(time.nowNanos());
    boolean turned = stale != wasStale;
    wasStale = stale;
    return turned;
  }

  /// When [#staleTurned] has something to say, if nothing is heard; Long.MAX_VALUE for never.
  long nextDueNanos() {
    return wasStale ? Long.MAX_VALUE : peers.view().staleNanos();
  }
}
