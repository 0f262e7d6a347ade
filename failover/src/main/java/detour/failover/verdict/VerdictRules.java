package detour.failover.verdict;

import detour.failover.model.Health;
import detour.failover.model.Quorum;
import detour.failover.model.Share;
import detour.failover.model.VerdictPolicy;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How the opinions of the vantages become a verdict.
///
/// A vantage is present when its vote says so and its opinion is not UNKNOWN. DOWN when at least
/// the quorum of those present say DOWN, else UP. Fewer present than `min_present`: frozen, the
/// last verdict stands, UNKNOWN where there is none.
///
/// A lone vantage needs no majority and freezes for one reason only: when it is not present, that
/// is impaired, and so cannot believe its own eyes. While it has seen nothing its verdict is
/// UNKNOWN.
public final class VerdictRules {
  private VerdictRules() {}

  /// Decides on one endpoint.
  ///
  /// @param previous the last verdict on this endpoint; null when there is none
  /// @param votes of the declared vantages, at most one each; one that is missing is not present
  public static Verdict decide(VerdictPolicy policy, @Nullable Verdict previous, List<Vote> votes) {
    List<Vote> present =
        votes.stream().filter(v -> v.present() && v.opinion() != Health.UNKNOWN).toList();
    int minPresent = minPresent(policy);
    if (policy.declaredVantages() <= 1 && votes.stream().allMatch(Vote::present)) {
      minPresent = 0;
    }
    if (present.size() < minPresent) {
      return frozen(policy, previous, present, minPresent);
    }
    return decided(policy.quorum(), present);
  }

  /// How many vantages must be present for a verdict to change.
  public static int minPresent(VerdictPolicy policy) {
    return policy.minPresent() > 0 ? policy.minPresent() : policy.declaredVantages() / 2 + 1;
  }

  /// How many of the vantages present must say DOWN; at least 1. A plain number is not lowered when
  /// fewer are present: whoever asks for three witnesses wants three.
  public static int needed(Quorum quorum, int present) {
    int needed =
        switch (quorum) {
          case Quorum.Majority() -> present / 2 + 1;
          case Quorum.Any() -> 1;
          case Quorum.All() -> present;
          case Quorum.AtLeast(Share share) ->
              share.percent() ? (present * share.value() + 99) / 100 : share.value();
        };
    return Math.max(1, needed);
  }

  private static Verdict frozen(
      VerdictPolicy policy, @Nullable Verdict previous, List<Vote> present, int minPresent) {
    Health health = previous == null ? Health.UNKNOWN : previous.health();
    int down = says(present, Health.DOWN).size();
    String reason =
        "frozen: %d of %d vantages present, %d needed, so the last verdict (%s) stands"
            .formatted(present.size(), policy.declaredVantages(), minPresent, health);
    return new Verdict(health, true, present.size(), down, minPresent, reason);
  }

  private static Verdict decided(Quorum quorum, List<Vote> present) {
    if (present.isEmpty()) {
      return new Verdict(Health.UNKNOWN, false, 0, 0, 1, "nothing was seen of it yet");
    }
    List<Vote> down = says(present, Health.DOWN);
    int needed = needed(quorum, present.size());
    Health health = down.size() >= needed ? Health.DOWN : Health.UP;
    return new Verdict(
        health, false, present.size(), down.size(), needed, reason(present, down, needed));
  }

  private static String reason(List<Vote> present, List<Vote> down, int needed) {
    if (present.size() == 1 && needed == 1) {
      return present.getFirst().vantage() + " says " + present.getFirst().opinion();
    }
    String who =
        down.isEmpty()
            ? ""
            : down.stream()
                .map(Vote::vantage)
                .sorted()
                .collect(Collectors.joining(", ", " (", ")"));
    return "%d of %d vantages say DOWN%s, %d needed"
        .formatted(down.size(), present.size(), who, needed);
  }

  private static List<Vote> says(List<Vote> votes, Health health) {
    return votes.stream().filter(v -> v.opinion() == health).toList();
  }
}
