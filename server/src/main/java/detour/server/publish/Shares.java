package detour.server.publish;

import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.failover.verdict.ProbeShare;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who probes what, in one configuration. Changed by the publish thread alone.
///
/// Targets of one destination are probed by the same vantages, so that each of these can judge an
/// endpoint by all its checks.
final class Shares {
  private static final Set<String> NOBODY = Set.of();

  private final VerdictPolicy policy;
  private final String own;
  private final boolean ownProbes;
  private final Collection<LiveTarget> targets;

  /// Who probes each target; empty while every vantage probes what it is asked for.
  private volatile Map<LiveTarget, Set<String>> probers = Map.of();

  /// What this vantage probes: its share, or what was its share before it became impaired.
  private volatile Set<LiveTarget> mine = Set.of();

  Shares(VerdictPolicy policy, String own, Collection<LiveTarget> targets) {
    this.policy = policy;
    this.own = own;
    this.targets = targets;
    ownProbes =
        policy.alone()
            || policy.vantages().stream().anyMatch(vantage -> vantage.name().equals(own));
    if (policy.sharesProbes()) {
      // Until it is known who is present all are supposed to be: who starts cut off from the
      // others must not take over what they go on probing.
      var _ = shareOut(policy.vantages(), false);
    }
  }

  /// Whether the configuration asks this vantage for its opinion of the target.
  static boolean asks(LiveTarget target, String vantage) {
    return target.target().check().options().asks(vantage);
  }

  /// Whether it is for this vantage to probe the target, now.
  boolean probes(String vantage, LiveTarget target) {
    return asks(target, vantage)
        && (!policy.sharesProbes() || probers.getOrDefault(target, NOBODY).contains(vantage));
  }

  /// Whether this node probes the target. Any thread.
  boolean probesHere(LiveTarget target) {
    return ownProbes
        && (policy.sharesProbes() ? mine.contains(target) : policy.alone() || asks(target, own));
  }

  /// Shares the targets out anew. While too few are present nothing moves: then it is more likely
  /// this node that is cut off.
  ///
  /// @param present those that may be counted
  /// @param impaired whether this vantage is among the missing because it distrusts itself; it goes
  ///   on probing what it probed, to learn when to trust itself again
  /// @return what this node began or ceased to probe
  List<LiveTarget> shareOut(Collection<Vantage> present, boolean impaired) {
    if (!policy.sharesProbes() || present.size() * 2 <= policy.vantages().size()) {
      return List.of();
    }
    ProbeShare share = new ProbeShare(present, policy.redundancy(), policy.perRegion());
    Map<LiveTarget, Set<String>> next = new HashMap<>();
    Set<LiveTarget> ours = new HashSet<>();
    for (LiveTarget target : targets) {
      Set<String> chosen =
          share.chosen(
              target.target().destination().text(), target.target().check().options().vantages());
      next.put(target, chosen);
      if (chosen.contains(own)) {
        ours.add(target);
      }
    }
    probers = next;
    return impaired ? List.of() : take(ours);
  }

  private List<LiveTarget> take(Set<LiveTarget> ours) {
    List<LiveTarget> changed = new ArrayList<>();
    for (LiveTarget target : targets) {
      if (ours.contains(target) != mine.contains(target)) {
        changed.add(target);
      }
    }
    mine = ours;
    return changed;
  }
}
