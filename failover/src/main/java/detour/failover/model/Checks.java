package detour.failover.model;

import java.util.List;

/// The checks of one endpoint and how they become one opinion.
///
/// @param checks what is probed; the rule refers to them by position
public record Checks(CheckRule rule, List<Check> checks) {
  /// For an endpoint that is not checked and counts as healthy.
  public static final Checks NONE = new Checks(0, List.of());

  public Checks {
    checks = List.copyOf(checks);
  }

  /// @param needed how many of `checks` must be UP for the endpoint to be UP; `all` is their
  ///   number, `any` is 1
  public Checks(int needed, List<Check> checks) {
    this(CheckRule.AtLeast.ofFirst(needed, checks.size()), checks);
  }

  public static Checks all(List<Check> checks) {
    return new Checks(checks.size(), checks);
  }

  /// Whether nothing is asked, so that the endpoint counts as healthy.
  public boolean isNone() {
    return rule instanceof CheckRule.AtLeast(int _, List<CheckRule> parts) && parts.isEmpty();
  }

  /// Whether the rule is a mere count of checks that are all probed.
  public boolean isPlain() {
    if (!(rule instanceof CheckRule.AtLeast(int _, List<CheckRule> parts))) {
      return false;
    }
    for (CheckRule part : parts) {
      if (!(part instanceof CheckRule.Of)) {
        return false;
      }
    }
    return true;
  }
}
