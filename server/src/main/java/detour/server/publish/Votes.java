package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.failover.opinion.RuleHealth;
import detour.failover.opinion.ServiceHealth;
import detour.failover.verdict.Presence;
import detour.failover.verdict.Verdict;
import detour.failover.verdict.VerdictRules;
import detour.failover.verdict.Vote;
import detour.server.publish.Peers.PeerOpinion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What the vantages of a cluster say of an endpoint. Publish thread only.
///
/// Each vantage combines its opinions of the endpoint's checks by their rule. A check that it is
/// not asked for, or leaves to others, it does not know: there it takes the word of those that are
/// asked, so that a check which one vantage alone can make counts with all of them.
final class Votes {
  private final Attendance attendance;
  private final Shares shares;
  private final VerdictPolicy policy;

  Votes(Attendance attendance, Shares shares, VerdictPolicy policy) {
    this.attendance = attendance;
    this.shares = shares;
    this.policy = policy;
  }

  /// One vote of each declared vantage.
  ///
  /// @param services what is thought of a service, by its name
  List<Vote> of(LiveEndpoint endpoint, Function<String, ServiceHealth> services, long nowNanos) {
    Ballot ballot = new Ballot(endpoint, nowNanos);
    List<Vote> votes = new ArrayList<>(policy.vantages().size());
    for (Vantage vantage : policy.vantages()) {
      Presence presence = presence(vantage, endpoint.targets(), nowNanos);
      Health opinion =
          presence == Presence.NOT_ASKED || presence == Presence.SPARED
              ? Health.UNKNOWN
              : RuleHealth.of(
                  endpoint.endpoint().checks().rule(),
                  check -> ballot.opinion(vantage, check),
                  services);
      votes.add(Vote.of(vantage, opinion, presence));
    }
    return votes;
  }

  private Presence presence(Vantage vantage, List<LiveTarget> targets, long nowNanos) {
    boolean asked = targets.isEmpty();
    boolean probes = targets.isEmpty();
    for (LiveTarget target : targets) {
      asked |= Shares.asks(target, vantage.name());
      probes |= shares.probes(vantage.name(), target);
    }
    if (!asked) {
      return Presence.NOT_ASKED;
    }
    Presence presence = attendance.presence(vantage, nowNanos);
    return presence == Presence.PRESENT && !probes ? Presence.SPARED : presence;
  }

  /// What is said of the checks of one endpoint at one moment.
  private final class Ballot {
    private final LiveEndpoint endpoint;
    private final long nowNanos;

    /// What those that are asked agree on, by check; null where nobody wanted to know yet.
    private final @Nullable Health[] words;

    Ballot(LiveEndpoint endpoint, long nowNanos) {
      this.endpoint = endpoint;
      this.nowNanos = nowNanos;
      words = new Health[endpoint.targets().size()];
    }

    Health opinion(Vantage vantage, int check) {
      LiveTarget target = endpoint.targets().get(check);
      return shares.probes(vantage.name(), target)
          ? opinion(vantage.name(), target)
          : word(check, target);
    }

    private Health opinion(String vantage, LiveTarget target) {
      if (vantage.equals(attendance.own())) {
        return target.health();
      }
      PeerOpinion known = attendance.peers().opinion(vantage, target.sharedKey());
      return known == null ? Health.UNKNOWN : known.health();
    }

    private Health word(int check, LiveTarget target) {
      Health known = words[check];
      if (known == null) {
        List<LiveTarget> alone = List.of(target);
        List<Vote> votes = new ArrayList<>();
        for (Vantage vantage : policy.vantages()) {
          votes.add(
              Vote.of(
                  vantage, opinion(vantage.name(), target), presence(vantage, alone, nowNanos)));
        }
        Verdict verdict = VerdictRules.decide(policy, null, votes);
        known = verdict.frozen() ? Health.UNKNOWN : verdict.health();
        words[check] = known;
      }
      return known;
    }
  }
}
