package detour.failover.opinion;

import static detour.failover.model.Health.DOWN;
import static detour.failover.model.Health.UNKNOWN;
import static detour.failover.model.Health.UP;

import detour.failover.model.Check;
import detour.failover.model.CheckRule;
import detour.failover.model.Checks;
import detour.failover.model.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The rules of one endpoint's checks applied to what is known at one moment.
///
/// | rule | UP | DOWN | else |
/// |---|---|---|---|
/// | a check | its opinion | its opinion | its opinion |
/// | a service | it has an available pool | it has none | not judged yet |
/// | not | the part is DOWN | the part is UP | UNKNOWN |
/// | at least `n` | `n` parts are UP | so many are DOWN that `n` cannot be UP | UNKNOWN |
/// | depends on | the part is UP | the part is DOWN, or what it depends on is | UNKNOWN |
final class CheckRules {
  private final Checks checks;
  private final List<Opinion> opinions;
  private final Function<String, ServiceHealth> services;
  private final long nowNanos;

  /// @param opinions in the order of `checks`
  CheckRules(
      Checks checks,
      List<Opinion> opinions,
      Function<String, ServiceHealth> services,
      long nowNanos) {
    this.checks = checks;
    this.opinions = opinions;
    this.services = services;
    this.nowNanos = nowNanos;
  }

  Health health() {
    return health(checks.rule(), Direction.NONE);
  }

  /// The earliest moment at which a pending change could alter the outcome; empty when none could.
  OptionalLong earliestDecisionNanos() {
    Health health = health();
    OptionalLong earliest = OptionalLong.empty();
    for (Direction direction : new Direction[] {Direction.FALLING, Direction.RISING}) {
      if (health(checks.rule(), direction) != health) {
        earliest = earlier(earliest, earliestOf(checks.rule(), direction));
      }
    }
    return earliest;
  }

  /// The check that keeps the endpoint down by being down itself; null when its own checks do, or
  /// when it is not down.
  @Nullable String downBy() {
    return health() == DOWN ? downDependency(checks.rule()) : null;
  }

  /// The expression and what each part of it says, as `all of (tcp :80: UP, not(file /x: DOWN))`.
  String text() {
    return text(checks.rule());
  }

  /// Which way the outcome is pushed by whatever change is pending: below a `not` the other way.
  private enum Direction {
    NONE,
    FALLING,
    RISING;

    Direction opposite() {
      return switch (this) {
        case NONE -> NONE;
        case FALLING -> RISING;
        case RISING -> FALLING;
      };
    }

    /// Whether a pending change of this health goes this way.
    boolean takes(Health health) {
      return this != NONE && (health == DOWN) == (this == RISING);
    }

    Health end() {
      return this == RISING ? UP : DOWN;
    }
  }

  private Health health(CheckRule rule, Direction direction) {
    return switch (rule) {
      case CheckRule.Of(int index) -> {
        Health health = opinions.get(index).health();
        boolean moves = OpinionRules.pending(opinions.get(index)) && direction.takes(health);
        yield moves ? direction.end() : health;
      }
      case CheckRule.ServiceUp(String name) -> {
        ServiceHealth service = services.apply(name);
        boolean moves =
            service.earliestDecisionNanos().isPresent() && direction.takes(service.health());
        yield moves ? direction.end() : service.health();
      }
      case CheckRule.Not(CheckRule part) -> inverse(health(part, direction.opposite()));
      case CheckRule.AtLeast(int needed, List<CheckRule> parts) -> {
        List<Health> healths = new ArrayList<>(parts.size());
        for (CheckRule part : parts) {
          healths.add(health(part, direction));
        }
        yield CombinedOpinion.combine(needed, healths);
      }
      case CheckRule.DependsOn(CheckRule part, CheckRule on, String _) ->
          health(on, direction) == DOWN ? DOWN : health(part, direction);
    };
  }

  private static Health inverse(Health health) {
    return switch (health) {
      case UP -> DOWN;
      case DOWN -> UP;
      case UNKNOWN -> UNKNOWN;
    };
  }

  private OptionalLong earliestOf(CheckRule rule, Direction direction) {
    return switch (rule) {
      case CheckRule.Of(int index) -> {
        Opinion opinion = opinions.get(index);
        Check check = checks.checks().get(index);
        yield OpinionRules.pending(opinion) && direction.takes(opinion.health())
            ? OptionalLong.of(OpinionRules.earliestDecisionNanos(check, opinion, nowNanos))
            : OptionalLong.empty();
      }
      case CheckRule.ServiceUp(String name) -> {
        ServiceHealth service = services.apply(name);
        yield direction.takes(service.health())
            ? service.earliestDecisionNanos()
            : OptionalLong.empty();
      }
      case CheckRule.Not(CheckRule part) -> earliestOf(part, direction.opposite());
      case CheckRule.AtLeast(int _, List<CheckRule> parts) -> {
        OptionalLong earliest = OptionalLong.empty();
        for (CheckRule part : parts) {
          earliest = earlier(earliest, earliestOf(part, direction));
        }
        yield earliest;
      }
      case CheckRule.DependsOn(CheckRule part, CheckRule on, String _) ->
          earlier(earliestOf(part, direction), earliestOf(on, direction));
    };
  }

  private OptionalLong earlier(OptionalLong a, OptionalLong b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    return a.getAsLong() - nowNanos <= b.getAsLong() - nowNanos ? a : b;
  }

  private @Nullable String downDependency(CheckRule rule) {
    return switch (rule) {
      case CheckRule.Of _, CheckRule.ServiceUp _, CheckRule.Not _ -> null;
      case CheckRule.AtLeast(int _, List<CheckRule> parts) -> {
        String found = null;
        for (CheckRule part : parts) {
          found = found == null ? downDependency(part) : found;
        }
        yield found;
      }
      case CheckRule.DependsOn(CheckRule part, CheckRule on, String name) -> {
        if (health(on, Direction.NONE) != DOWN) {
          yield downDependency(part);
        }
        // What is furthest up the chain is at fault.
        String further = downDependency(on);
        yield further == null ? name : further;
      }
    };
  }

  private String text(CheckRule rule) {
    return switch (rule) {
      case CheckRule.Of(int index) ->
          checks.checks().get(index).summary() + ": " + opinions.get(index).health();
      case CheckRule.ServiceUp(String name) ->
          "service " + name + ": " + services.apply(name).health();
      case CheckRule.Not(CheckRule part) -> "not(" + text(part) + ")";
      case CheckRule.AtLeast(int needed, List<CheckRule> parts) ->
          parts.size() == 1
              ? text(parts.getFirst())
              : (needed == parts.size()
                      ? "all of"
                      : needed == 1 ? "any of" : "at least " + needed + " of")
                  + parts.stream().map(this::text).collect(Collectors.joining(", ", " (", ")"));
      case CheckRule.DependsOn(CheckRule part, CheckRule on, String name) ->
          "%s (depends on %s: %s)".formatted(text(part), name, health(on, Direction.NONE));
    };
  }
}
