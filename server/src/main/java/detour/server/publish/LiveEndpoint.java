package detour.server.publish;

import detour.failover.model.Endpoint;
import detour.failover.model.Health;
import detour.failover.model.OverridePath;
import detour.failover.opinion.CombinedOpinion;
import detour.failover.verdict.EffectiveHealth;
import detour.failover.verdict.Verdict;
import detour.failover.verdict.Vote;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One endpoint of a live service. Changed by the publish thread; any thread may read its view.
final class LiveEndpoint {
  private final Endpoint endpoint;
  private final OverridePath path;
  private final List<LiveTarget> targets;
  private volatile @Nullable View view;

  /// Whether it went down because of a check that it depends on, of which that check's own event
  /// tells. Publish thread only.
  private boolean downQuietly;

  /// @param votes that the verdict was made of; empty for a node on its own
  /// @param sinceNanos since when the verdict holds
  /// @param warning it is healthy, and others are to be preferred; null for no warning
  /// @param cameBackNanos when it became healthy again; empty when it was never away
  record View(
      Verdict verdict,
      List<Vote> votes,
      EffectiveHealth health,
      long sinceNanos,
      @Nullable String warning,
      OptionalLong cameBackNanos) {}

  LiveEndpoint(Endpoint endpoint, OverridePath path, List<LiveTarget> targets) {
    this.endpoint = endpoint;
    this.path = path;
    this.targets = targets;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  OverridePath path() {
    return path;
  }

  List<LiveTarget> targets() {
    return targets;
  }

  /// Null until the endpoint was judged for the first time.
  @Nullable View view() {
    return view;
  }

  /// Whether a change of the verdict is no news: the way down because of a check that the endpoint
  /// depends on, and the way up from there. Publish thread only.
  boolean turnsQuietly(CombinedOpinion opinion) {
    boolean before = downQuietly;
    downQuietly = opinion.downBy() != null;
    return downQuietly || (before && opinion.health() == Health.UP);
  }

  /// Publish thread only.
  void judged(View judged) {
    view = judged;
  }
}
