package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.safety.Objection;
import detour.server.publish.OperatorCommands.Proposal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/// Ends drills that must end, for something else has failed since they began and a safety rule
/// speaks against them. Publish thread only.
///
/// What a rule says follows from verdicts, from what is said, and from the configuration. Whatever
/// changes one of these has a service judged again: so the rules are asked when one was, and not
/// for every batch of observations. It costs a look at the members of each rule for each drill that
/// runs, however many services there are.
final class DrillWatch {
  /// A drill whose end the cluster did not agree to is tried again, and not at once.
  private static final long AGAIN_NANOS = 1_000_000_000L;

  private final Decisions decisions;
  private final BiFunction<OverridePath, OperatorOverride, List<Objection>> rules;

  /// When a drill that was to be ended may be asked for again.
  private final Map<OverridePath, Long> againNanos = new HashMap<>();

  /// The judgements by which the rules were asked last; none before the first.
  private long askedAt = -1;

  /// @param rules what speaks against a drill that runs
  DrillWatch(
      Decisions decisions, BiFunction<OverridePath, OperatorOverride, List<Objection>> rules) {
    this.decisions = decisions;
    this.rules = rules;
  }

  /// The ends of those that must end.
  List<Proposal> ends() {
    boolean changed = askedAt != decisions.judgements();
    if (!changed && againNanos.isEmpty()) {
      return List.of();
    }
    askedAt = decisions.judgements();
    Map<OverridePath, OperatorOverride> said = decisions.overrides().all();
    againNanos.keySet().retainAll(said.keySet());
    List<Proposal> ends = new ArrayList<>();
    said.forEach((path, override) -> {
      if (isDue(path, override, changed)) {
        List<Objection> objections = rules.apply(path, override);
        if (objections.isEmpty()) {
          againNanos.remove(path);
        } else {
          againNanos.put(path, decisions.nowNanos() + AGAIN_NANOS);
          String why = "stopped: " + objections.getFirst();
          ends.add(OperatorCommands.ended(path, override, why, Chronicle.SELF));
        }
      }
    });
    return ends;
  }

  private boolean isDue(OverridePath path, OperatorOverride override, boolean changed) {
    Long again = againNanos.get(path);
    return override.purpose() == OperatorOverride.Purpose.DRILL
        && override.isInForce(decisions.chronicle().now())
        && (again == null ? changed : again - decisions.nowNanos() <= 0);
  }
}
