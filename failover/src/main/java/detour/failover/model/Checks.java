package detour.failover.model;

import java.util.List;

/// The checks of one endpoint and how many of them must be up.
///
/// @param needed how many of `checks` must be UP for the endpoint to be UP; `all` is their number,
///   `any` is 1
/// @param checks empty for an endpoint that is not checked and counts as healthy
public record Checks(int needed, List<Check> checks) {
  public static final Checks NONE = new Checks(0, List.of());

  public Checks {
    checks = List.copyOf(checks);
    if (needed < (checks.isEmpty() ? 0 : 1) || needed > checks.size()) {
      throw new IllegalArgumentException(
          "needed must be from 1 to the number of checks, " + checks.size() + "; it is " + needed);
    }
  }

  public static Checks all(List<Check> checks) {
    return new Checks(checks.size(), checks);
  }
}
