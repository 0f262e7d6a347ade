package detour.failover.opinion;

import detour.failover.model.Health;
import detour.failover.model.Thresholds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Scripts of results for tests: `PPF` is one probe a second in order; `F1 P3 F2` names the second
/// at which each probe started, in the order in which the results arrive.
final class Results {
  static final long SECOND = 1_000_000_000L;

  private Results() {}

  static Thresholds thresholds(int fall, int rise) {
    return new Thresholds(fall, rise, 0, 10, Duration.ZERO, 32);
  }

  static List<Observation> inOrder(String script) {
    List<Observation> results = new ArrayList<>();
    for (int i = 0; i < script.length(); i++) {
      results.add(result(script.charAt(i), i + 1, i + 1));
    }
    return results;
  }

  static List<Observation> arriving(String script) {
    List<Observation> results = new ArrayList<>();
    for (String result : script.trim().split(" +", -1)) {
      int second = Integer.parseInt(result.substring(1));
      results.add(result(result.charAt(0), second, results.size() + 100));
    }
    return results;
  }

  static Observation result(char kind, long startSeconds, long endSeconds) {
    return new Observation(
        kind == 'P',
        kind == 'P' ? "200 OK" : "refused",
        startSeconds * SECOND,
        endSeconds * SECOND);
  }

  static Opinion after(Thresholds thresholds, Opinion start, List<Observation> results) {
    Opinion opinion = start;
    for (Observation result : results) {
      opinion = OpinionRules.next(thresholds, opinion, result);
    }
    return opinion;
  }

  /// The health after each result: `?` unknown, `U` up, `D` down.
  static String healths(Thresholds thresholds, Opinion start, List<Observation> results) {
    StringBuilder healths = new StringBuilder();
    Opinion opinion = start;
    for (Observation result : results) {
      opinion = OpinionRules.next(thresholds, opinion, result);
      healths.append(letter(opinion.health()));
    }
    return healths.toString();
  }

  static char letter(Health health) {
    return switch (health) {
      case UNKNOWN -> '?';
      case UP -> 'U';
      case DOWN -> 'D';
    };
  }
}
