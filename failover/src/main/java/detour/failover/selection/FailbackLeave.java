package detour.failover.selection;

/// What may become of a failback at this step.
public enum FailbackLeave {
  /// It happens when the rules of the service say so.
  BY_RULE,
  /// An operator ends the waiting, this once.
  APPROVED,
  /// It does not happen at this step, whatever the rules say: it was not agreed on.
  WITHHELD
}
