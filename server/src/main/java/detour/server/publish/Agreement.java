package detour.server.publish;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What this node and the others agree on: which pools serve, what operators said; and what they
/// tell each other of it. Publish thread only, but for the overrides.
final class Agreement {
  private final Cluster cluster;
  private final Time time;
  private final Chronicle chronicle;
  private final Overrides overrides;
  private final Latches latches;
  private final Approvals approvals;
  private final Serves serves = new Serves();
  private final Fences fences;

  private long overridesRevision;

  /// Up to when what began or ended was seen to; of the time before this run, nothing was.
  private Instant turnedAt = Instant.MIN;

  /// What began before was in force from this run's first answer.
  private Instant startedAt;

  /// @param saved what an earlier run left
  /// @param answered told of the answers to questions for failbacks, on any thread
  Agreement(
      Cluster cluster,
      Time time,
      Journal.Saved saved,
      Chronicle chronicle,
      Consumer<Latches.Answer> answered) {
    this.cluster = cluster;
    this.time = time;
    this.chronicle = chronicle;
    overrides = new Overrides(saved);
    latches = new Latches(cluster, time, saved.selections(), answered);
    approvals = new Approvals(latches);
    fences = new Fences(time, chronicle, latches::agreedEpoch);
    startedAt = time.now();
    serves.resume(saved.epochs().agreed());
  }

  /// Of a node on its own with itself.
  static Agreement alone(Time time, Journal.Saved saved, Chronicle chronicle) {
    return new Agreement(Cluster.ALONE, time, saved, chronicle, _ -> {});
  }

  Cluster cluster() {
    return cluster;
  }

  /// Any thread may read them.
  Overrides overrides() {
    return overrides;
  }

  Latches latches() {
    return latches;
  }

  Fences fences() {
    return fences;
  }

  Approvals approvals() {
    return approvals;
  }

  /// Takes over what the nodes of the cluster agreed on.
  ///
  /// @return the names of the services that must be judged again
  Set<String> takeOver(Agreed agreed) {
    serves.heard(agreed);
    return switch (agreed) {
      case Agreed.Latches moved -> latches.agreed(moved);
      case Agreed.Overrides changed -> {
        overridesRevision = changed.revision();
        yield new AgreedOverrides(overrides, chronicle, cluster).takeOver(changed);
      }
    };
  }

  /// The revision of what was last heard of overrides; 0 before anything was.
  long overridesRevision() {
    return overridesRevision;
  }

  /// When an override next begins or ends; null when none will.
  @Nullable Instant nextTurn() {
    return overrides.nextTurn(turnedAt);
  }

  /// Puts in force what began since the last call, and out of it what ended.
  ///
  /// @return the names of the services that must be judged again
  Set<String> turnOverrides() {
    Instant now = time.now();
    if (turnedAt.isAfter(now)) {
      // The clock was set back: what turns between is yet to be seen to.
      turnedAt = now;
    }
    if (startedAt.isAfter(now)) {
      startedAt = now;
    }
    Instant due = nextTurn();
    if (due == null || due.isAfter(now)) {
      return Set.of();
    }
    Set<String> services = new HashSet<>();
    Instant told = turnedAt.isAfter(startedAt) ? turnedAt : startedAt;
    overrides
        .all()
        .forEach((path, override) -> {
          Instant turn = override.nextTurn(turnedAt);
          if (turn != null && !turn.isAfter(now)) {
            OverrideTurns.turn(path, override, told, now, overrides, chronicle);
            services.add(path.service());
          }
        });
    turnedAt = now;
    return services;
  }

  /// Takes note of how a service was judged.
  void judged(LiveService live) {
    if (!latches.alone()) {
      serves.judged(live);
    }
  }

  /// Takes note of how all services of another configuration were judged.
  void began(Directory directory) {
    if (!latches.alone()) {
      serves.restart(directory.configuration().model());
      directory.services().forEach(serves::judged);
    }
  }

  /// Up to which revision of the store everything that was agreed on is in force.
  ///
  /// @param settled whether all services were judged by it
  long inForce(boolean settled, Directory directory) {
    serves.inForce(settled, () -> latches.notInForce(directory));
    return serves.agreedRevision();
  }

  /// Tells the other nodes what was decided; to be called when it is answered.
  void tell() {
    latches.tell();
    serves.tell(cluster);
  }
}
