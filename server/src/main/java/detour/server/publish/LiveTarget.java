package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.OpinionRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One probed target while the server runs. Changed by the publish thread; any thread may read its
/// view.
final class LiveTarget {
  private static final int RECENT = 10;

  private final ProbeTarget target;
  private @Nullable String key;
  private volatile View view;

  /// @param recent newest first
  record View(Opinion opinion, List<Observation> recent) {}

  LiveTarget(ProbeTarget target, Opinion opinion) {
    this.target = target;
    view = new View(opinion, List.of());
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

  /// Takes in a result. Publish thread only.
  void observed(Observation observation) {
    View before = view;
    List<Observation> recent = new ArrayList<>(RECENT);
    recent.add(observation);
    recent.addAll(before.recent().subList(0, Math.min(RECENT - 1, before.recent().size())));
    view =
        new View(
            OpinionRules.next(target.check().thresholds(), before.opinion(), observation),
            List.copyOf(recent));
  }
}
