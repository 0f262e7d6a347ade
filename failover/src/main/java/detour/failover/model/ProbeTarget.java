package detour.failover.model;

/// One check of one destination: the unit that is probed and that an opinion is held of.
///
/// @param destination what is probed: the check's own target where it has one
public record ProbeTarget(Check check, Destination destination) {

  /// What is probed to know the health of an endpoint.
  public static ProbeTarget of(Check check, Destination endpoint) {
    Destination target = check.options().target();
    return new ProbeTarget(check, target == null ? endpoint : target);
  }

  /// Of what tells targets apart most: the schedule and thresholds of a check are many values, and
  /// every result is looked up by its target.
  @Override
  public int hashCode() {
    return 31 * destination.hashCode() + check.settings().hashCode();
  }

  /// One short line for people, as `http :80 /healthz @ 192.0.2.10`.
  public String summary() {
    return check.summary() + " @ " + destination.text();
  }
}
