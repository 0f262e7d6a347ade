package detour.failover.model;

/// What one kind of check needs besides its schedule and thresholds; the kind's own record.
///
/// Implementations are records: two checks with equal settings, schedule and thresholds are the
/// same check, and the same check of the same target is probed once however many services use it.
public interface CheckSettings {
  /// One short line for people, as `:443 /healthz`; without secrets.
  String summary();
}
