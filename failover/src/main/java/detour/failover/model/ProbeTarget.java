package detour.failover.model;

/// One check of one destination: the unit that is probed and that an opinion is held of.
public record ProbeTarget(Check check, Destination destination) {
  /// One short line for people, as `http :80 /healthz @ 192.0.2.10`.
  public String summary() {
    return check.summary() + " @ " + destination.text();
  }
}
