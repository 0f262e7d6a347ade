package detour.server.cli;

import detour.server.api.ServiceReport;
import detour.server.api.ServiceReport.Endpoint;
import detour.server.api.ServiceReport.Observation;
import detour.server.api.ServiceReport.Opinion;
import detour.server.api.ServiceReport.Selection;
import detour.server.api.ServiceReport.Vote;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import detour.server.cli.Page.Sentence;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// States of services and endpoints as marks, colours and words, the same in every view.
final class States {
  private States() {}

  static Mark mark(Selection selection) {
    return switch (selection.status()) {
      case "SERVING" -> Mark.GOOD;
      case "READY" -> Mark.READY;
      case "LAST_RESORT" -> Mark.BAD;
      case "NO_MEMBERS" -> Mark.UNKNOWN;
      default -> Mark.WARN;
    };
  }

  /// Of a state as the history tells it: of an endpoint, or the pool of a service, which alone says
  /// neither good nor bad.
  static Style style(String recorded) {
    String upper = recorded.toUpperCase(Locale.ROOT);
    if (upper.startsWith("UP") || upper.startsWith("SERVING")) {
      return Style.GOOD;
    }
    return upper.startsWith("DOWN") || upper.startsWith("LAST RESORT") ? Style.BAD : Style.STRONG;
  }

  static Style style(Selection selection) {
    return mark(selection).style();
  }

  /// How bad a state is, worst first, for sorting.
  static int rank(Selection selection) {
    return switch (selection.status()) {
      case "LAST_RESORT" -> 0;
      case "FAILED_OVER", "FENCING" -> 1;
      case "READY" -> 2;
      case "FAILING_BACK" -> 3;
      case "SERVING" -> selection.pending() ? 4 : 5;
      case "NO_MEMBERS" -> 6;
      default -> 1;
    };
  }

  static String word(Selection selection) {
    return selection.status().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static String sentence(Selection selection, Times times) {
    String since = times.since(selection.since());
    String pool = selection.pool() == null ? "nothing" : selection.pool();
    return switch (selection.status()) {
      case "SERVING" -> "serving from " + pool + " for " + since;
      case "FAILED_OVER" -> "failed over to " + pool + " " + since + " ago";
      case "FENCING" -> "raising the fence before it leaves " + pool;
      case "READY" -> "ready to fail back; " + pool + " serves for " + since;
      case "FAILING_BACK" ->
          "failing back"
              + (selection.failbackAt() == null ? "" : " in " + times.until(selection.failbackAt()))
              + "; "
              + pool
              + " serves for "
              + since;
      case "LAST_RESORT" -> "last resort for " + since;
      case "NO_MEMBERS" -> "no endpoint of this family";
      default -> word(selection) + " for " + since;
    };
  }

  /// What a card's heading must say beside the state. The pools below say which of them is not
  /// available and why, so this does not.
  static String why(ServiceReport service, Selection selection) {
    return switch (selection.status()) {
      case "SERVING", "FAILED_OVER", "NO_MEMBERS" -> "";
      case "LAST_RESORT" -> "no pool is available: " + lastResort(service.whenAllDown());
      default -> selection.reason();
    };
  }

  private static String lastResort(String whenAllDown) {
    return switch (whenAllDown) {
      case "primary" -> "the whole first pool is answered";
      case "last" -> "what was last healthy is answered";
      case "all" -> "every endpoint is answered";
      case "nodata" -> "no address is answered";
      case "servfail" -> "the query fails (SERVFAIL)";
      default -> whenAllDown + " is answered, whatever its health";
    };
  }

  static Mark mark(Endpoint endpoint) {
    if (endpoint.override() != null && endpoint.override().state().equals("drain")) {
      return Mark.WARN;
    }
    if (endpoint.override() == null && endpoint.verdict().equals("UNKNOWN")) {
      return Mark.UNKNOWN;
    }
    if (!endpoint.healthy()) {
      return Mark.BAD;
    }
    return isPending(endpoint) || endpoint.warning() != null ? Mark.WARN : Mark.GOOD;
  }

  static Style style(Endpoint endpoint) {
    return mark(endpoint).style();
  }

  static String word(Endpoint endpoint) {
    if (endpoint.override() != null) {
      return switch (endpoint.override().state()) {
        case "drain" -> "drained";
        case "up" -> "forced up";
        case "down" -> "forced down";
        default -> endpoint.override().state();
      };
    }
    return endpoint.warning() == null ? endpoint.verdict().toLowerCase(Locale.ROOT) : "degraded";
  }

  static Mark mark(Observation seen) {
    return !seen.passed() ? Mark.BAD : seen.degraded() ? Mark.WARN : Mark.GOOD;
  }

  static Style style(Opinion opinion) {
    return switch (opinion.health()) {
      case "UP" -> Style.GOOD;
      case "DOWN" -> Style.BAD;
      default -> Style.DIM;
    };
  }

  static Mark mark(Opinion opinion) {
    return switch (opinion.health()) {
      case "UP" -> opinion.pending() ? Mark.WARN : Mark.GOOD;
      case "DOWN" -> Mark.BAD;
      default -> Mark.UNKNOWN;
    };
  }

  static Style style(Vote vote) {
    return mark(vote).style();
  }

  static Mark mark(Vote vote) {
    return switch (vote.presence()) {
      case "PRESENT" ->
          switch (vote.health()) {
            case "UP" -> Mark.GOOD;
            case "DOWN" -> Mark.BAD;
            default -> Mark.UNKNOWN;
          };
      case "SPARED", "NOT_ASKED" -> Mark.UNKNOWN;
      default -> Mark.WARN;
    };
  }

  /// What a vantage says, or why it says nothing.
  static String word(Vote vote) {
    return switch (vote.presence()) {
      case "PRESENT" -> vote.health().toLowerCase(Locale.ROOT);
      case "SPARED" -> "spared";
      case "NOT_ASKED" -> "not asked";
      default -> vote.presence().toLowerCase(Locale.ROOT);
    };
  }

  /// All votes in one line; empty when those that count are for the same.
  static String divided(Endpoint endpoint) {
    boolean divided =
        endpoint.votes().stream()
                .filter(vote -> vote.presence().equals("PRESENT"))
                .map(Vote::health)
                .distinct()
                .count()
            > 1;
    return divided
        ? endpoint.votes().stream()
            .map(vote -> vote.vantage() + " " + word(vote))
            .collect(Collectors.joining(", "))
        : "";
  }

  /// What was last seen of an endpoint, by the opinion that matters most.
  static Sentence seen(Endpoint endpoint) {
    Opinion opinion = telling(endpoint);
    if (opinion == null || opinion.lastObservations().isEmpty()) {
      return new Sentence(Style.DIM, opinion == null ? "no check" : "not yet checked");
    }
    Observation last = opinion.lastObservations().getFirst();
    if (opinion.health().equals("DOWN")) {
      if (opinion.consecutivePasses() > 0) {
        return new Sentence(
            Style.WARN,
            "recovering: %d of %d passes"
                .formatted(opinion.consecutivePasses(), opinion.riseNeeded()));
      }
      return new Sentence(Style.PLAIN, last.detail());
    }
    if (!last.passed()) {
      return new Sentence(
          Style.WARN,
          "failing: %d of %d: %s"
              .formatted(opinion.consecutiveFailures(), opinion.fall(), last.detail()));
    }
    return new Sentence(
        last.degraded() ? Style.WARN : Style.DIM,
        last.detail() + " in " + Times.milliseconds(last.milliseconds()));
  }

  static String text(ServiceReport.OperatorOverride override, Times times) {
    String did =
        switch (override.state()) {
          case "drain" -> "drained";
          case "up" -> "forced up";
          case "down" -> "forced down";
          default -> override.state();
        };
    return "%s by %s %s ago, %s: %s"
        .formatted(
            did,
            override.author(),
            times.since(override.since()),
            override.expires() == null
                ? "until cleared"
                : "for another " + times.until(override.expires()),
            override.reason());
  }

  private static boolean isPending(Endpoint endpoint) {
    return endpoint.opinions().stream().anyMatch(Opinion::pending);
  }

  private static @Nullable Opinion telling(Endpoint endpoint) {
    Opinion telling = null;
    for (Opinion opinion : endpoint.opinions()) {
      if (telling == null || weight(opinion) > weight(telling)) {
        telling = opinion;
      }
    }
    return telling;
  }

  private static int weight(Opinion opinion) {
    return (opinion.health().equals("DOWN") ? 2 : 0) + (opinion.pending() ? 1 : 0);
  }
}
