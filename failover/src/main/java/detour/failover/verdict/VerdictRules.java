package detour.failover.verdict;

import detour.failover.model.Health;
import detour.failover.model.Quorum;
import detour.failover.model.Share;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// How the opinions of the vantages become a verdict.
///
/// A vantage counts when it is PRESENT and its opinion is not UNKNOWN. DOWN when at least the
/// quorum of those that count say DOWN, else UP. Fewer present than `min_present`: frozen, the last
/// verdict stands, UNKNOWN where there is none.
///
/// | vantage is | counts towards `min_present` | has a say |
/// |---|---|---|
/// | PRESENT, its opinion UP or DOWN | yes | yes |
/// | PRESENT, its opinion UNKNOWN | no | no |
/// | SPARED, since others probe the target | yes | no |
/// | ABSENT, IMPAIRED | no | no |
/// | NOT_ASKED | is as if it were not declared | no |
///
/// Where targets are shared out, most of those that were chosen must have an opinion too: one that
/// has just taken a target over knows nothing yet.
///
/// With `per_region` a region is a vantage made of vantages: ABSENT unless a majority of its
/// declared vantages is present, and its opinion is that of the majority of those that count. Two
/// sides of a partition can therefore never both decide.
///
/// A lone vantage needs no majority and freezes for one reason only: when it is not present, that
/// is impaired, and so cannot believe its own eyes. While it has seen nothing its verdict is
/// UNKNOWN.
public final class VerdictRules {
  private static final String VANTAGES = "vantages";
  private static final String REGIONS = "regions";

  private VerdictRules() {}

  /// Decides on one endpoint.
  ///
  /// @param previous the last verdict on this endpoint; null when there is none
  /// @param votes of the declared vantages, at most one each; one that is missing is not present
  public static Verdict decide(VerdictPolicy policy, @Nullable Verdict previous, List<Vote> votes) {
    if (policy.perRegion()) {
      List<Vote> regions = regions(policy, votes);
      return decide(policy, previous, Count.of(regions.size(), regions), regions, REGIONS);
    }
    return decide(policy, previous, Count.of(policy.declaredVantages(), votes), votes, VANTAGES);
  }

  private static Verdict decide(
      VerdictPolicy policy,
      @Nullable Verdict previous,
      Count count,
      List<Vote> votes,
      String voters) {
    if (policy.declaredVantages() > 1 || !allPresent(votes)) {
      int minPresent = Math.min(minPresent(policy.minPresent(), count.declared), count.declared);
      if (count.attending < minPresent) {
        return frozen(
            previous,
            count,
            minPresent,
            "%d of %d %s present, %d needed"
                .formatted(count.attending, count.declared, voters, minPresent));
      }
      int minKnown = Math.min(minPresent, majority(count.asked()));
      if (count.spared > 0 && count.known < minKnown) {
        return frozen(
            previous,
            count,
            minKnown,
            "%d of the %d %s that probe it know it yet, %d needed"
                .formatted(count.known, count.asked(), voters, minKnown));
      }
    }
    return decided(policy.quorum(), count, votes, voters);
  }

  /// How many must be present for a verdict to change.
  ///
  /// @param configured 0 for the default, a majority
  private static int minPresent(int configured, int declared) {
    return configured > 0 ? configured : majority(declared);
  }

  /// How many of the vantages that count must say DOWN; at least 1. A plain number is not lowered
  /// when fewer are present: whoever asks for three witnesses wants three.
  static int needed(Quorum quorum, int present) {
    int needed =
        switch (quorum) {
          case Quorum.Majority() -> majority(present);
          case Quorum.Any() -> 1;
          case Quorum.All() -> present;
          case Quorum.AtLeast(Share share) ->
              share.percent() ? (present * share.value() + 99) / 100 : share.value();
        };
    return Math.max(1, needed);
  }

  private static int majority(int of) {
    return of / 2 + 1;
  }

  private static boolean allPresent(List<Vote> votes) {
    for (Vote vote : votes) {
      if (vote.presence() != Presence.PRESENT) {
        return false;
      }
    }
    return true;
  }

  private static Verdict frozen(
      @Nullable Verdict previous, Count count, int needed, String shortage) {
    Health health = previous == null ? Health.UNKNOWN : previous.health();
    return new Verdict(
        health,
        true,
        count.attending,
        count.down,
        needed,
        "frozen: " + shortage + ", so the last verdict (" + health + ") stands");
  }

  private static Verdict decided(Quorum quorum, Count count, List<Vote> votes, String voters) {
    if (count.known == 0) {
      return new Verdict(Health.UNKNOWN, false, 0, 0, 1, "nothing was seen of it yet");
    }
    // More witnesses than were asked cannot be had.
    int needed = Math.min(needed(quorum, count.known), Math.max(1, count.asked()));
    Health health = count.down >= needed ? Health.DOWN : Health.UP;
    return new Verdict(
        health, false, count.known, count.down, needed, reason(count, needed, votes, voters));
  }

  private static String reason(Count count, int needed, List<Vote> votes, String voters) {
    if (count.known == 1 && needed == 1) {
      for (Vote vote : votes) {
        if (vote.counts()) {
          return vote.vantage() + " says " + vote.opinion();
        }
      }
    }
    StringBuilder reason = new StringBuilder();
    reason.append(count.down).append(" of ").append(count.known).append(' ').append(voters);
    reason.append(" say DOWN");
    if (count.down > 0) {
      reason.append(" (").append(String.join(", ", sayingDown(votes))).append(')');
    }
    return reason.append(", ").append(needed).append(" needed").toString();
  }

  private static Set<String> sayingDown(List<Vote> votes) {
    Set<String> names = new TreeSet<>();
    for (Vote vote : votes) {
      if (vote.counts() && vote.opinion() == Health.DOWN) {
        names.add(vote.vantage());
      }
    }
    return names;
  }

  /// One vote for each region.
  private static List<Vote> regions(VerdictPolicy policy, List<Vote> votes) {
    Set<String> names = new LinkedHashSet<>();
    policy.vantages().forEach(vantage -> names.add(vantage.region()));
    List<Vote> regions = new ArrayList<>();
    for (String name : names) {
      int declared = 0;
      for (Vantage vantage : policy.vantages()) {
        declared += vantage.region().equals(name) ? 1 : 0;
      }
      List<Vote> own = votes.stream().filter(vote -> vote.region().equals(name)).toList();
      regions.add(region(name, Count.of(declared, own)));
    }
    return regions;
  }

  private static Vote region(String name, Count count) {
    Health opinion = count.down >= majority(count.known) ? Health.DOWN : Health.UP;
    Presence presence = Presence.PRESENT;
    if (count.declared == 0) {
      presence = Presence.NOT_ASKED;
    } else if (count.attending < majority(count.declared)) {
      presence = Presence.ABSENT;
    } else if (count.asked() == 0) {
      presence = Presence.SPARED;
    } else if (count.spared > 0 && count.known < majority(count.asked())) {
      opinion = Health.UNKNOWN;
    }
    return new Vote(name, name, opinion, presence);
  }

  /// How many votes are of which sort.
  ///
  /// @param declared who could vote
  /// @param attending who counts as present
  /// @param spared who is present and leaves the target to others
  /// @param chosen who is present and does not
  /// @param known who has a say
  /// @param down who says DOWN
  private record Count(int declared, int attending, int spared, int chosen, int known, int down) {
    static Count of(int declared, List<Vote> votes) {
      int notAsked = 0;
      int spared = 0;
      int chosen = 0;
      int known = 0;
      int down = 0;
      for (Vote vote : votes) {
        notAsked += vote.presence() == Presence.NOT_ASKED ? 1 : 0;
        spared += vote.presence() == Presence.SPARED ? 1 : 0;
        chosen += vote.presence() == Presence.PRESENT ? 1 : 0;
        known += vote.counts() ? 1 : 0;
        down += vote.counts() && vote.opinion() == Health.DOWN ? 1 : 0;
      }
      return new Count(declared - notAsked, known + spared, spared, chosen, known, down);
    }

    /// Who was to have a say.
    int asked() {
      return spared > 0 ? chosen : declared;
    }
  }
}
