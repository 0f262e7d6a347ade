package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Degradation;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.OpinionRules;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One probed target while the server runs. Changed by the publish thread; any thread may read its
/// view.
final class LiveTarget {
  private static final int RECENT = 10;

  private final ProbeTarget target;
  private @Nullable String key;
  private @Nullable String sharedKey;
  private volatile View view;
  private volatile boolean held;

  /// While failures speak against it: when the first of them was known. Publish thread only.
  long failedNanos;

  /// @param recent newest first
  /// @param degradation whether it passes with warnings
  record View(Opinion opinion, List<Observation> recent, Degradation degradation) {}

  LiveTarget(ProbeTarget target, Opinion opinion) {
    this.target = target;
    view = new View(opinion, List.of(), Degradation.NONE);
  }

  ProbeTarget target() {
    return target;
  }

  /// Under what its opinion is saved. Publish thread only.
  String key() {
    if (key == null) {
      key = TargetKey.of(target);
    }
    return key;
  }

  /// Under what vantages share what they think of it. Publish thread only.
  String sharedKey() {
    if (sharedKey == null) {
      sharedKey = TargetKey.shared(key());
    }
    return sharedKey;
  }

  View view() {
    return view;
  }

  Opinion opinion() {
    return view.opinion();
  }

  Health health() {
    return view.opinion().health();
  }

  boolean pending() {
    return OpinionRules.pending(view.opinion());
  }

  /// Whether it passes with warnings.
  boolean degraded() {
    return view.degradation().degraded();
  }

  /// Whether a result that would take it down waits for a witness. Any thread.
  boolean held() {
    return held;
  }

  /// Publish thread only.
  void hold(boolean waits) {
    held = waits;
  }

  /// What the opinion would be after one more result.
  Opinion after(Observation observation) {
    return OpinionRules.next(target.check().thresholds(), view.opinion(), observation);
  }

  /// Takes in a result. Publish thread only.
  void observed(Observation observation) {
    view = new View(after(observation), withRecent(observation), degraded(observation));
  }

  /// Takes in a result that must not count, or not yet. Publish thread only.
  void seen(Observation observation) {
    view = new View(view.opinion(), withRecent(observation), view.degradation());
  }

  /// Counts a result that was only seen until now. Publish thread only.
  void counted(Observation observation) {
    view = new View(after(observation), view.recent(), view.degradation());
  }

  /// Forgets the results that speak for a change. Publish thread only.
  void forget() {
    view = new View(OpinionRules.forgetting(view.opinion()), view.recent(), view.degradation());
  }

  /// Forgets all that was thought of it, since others probe it, or did. Publish thread only.
  void unknown(long nowNanos) {
    view =
        new View(
            OpinionRules.initial(target.check().thresholds(), nowNanos),
            List.of(),
            Degradation.NONE);
  }

  private Degradation degraded(Observation observation) {
    return view.degradation().next(target.check().thresholds(), observation);
  }

  private List<Observation> withRecent(Observation observation) {
    List<Observation> before = view.recent();
    Observation[] recent = new Observation[Math.min(RECENT, before.size() + 1)];
    recent[0] = observation;
    for (int kept = 1; kept < recent.length; kept++) {
      recent[kept] = before.get(kept - 1);
    }
    return Collections.unmodifiableList(Arrays.asList(recent));
  }
}
