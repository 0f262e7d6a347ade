package detour.failover.model;

import java.time.Duration;

/// How an endpoint's health is tested.
///
/// @param kind the kind's name in the configuration, as `http`
/// @param settings what the kind needs
/// @param interval from the start of one probe to the start of the next while nothing is pending
/// @param fastInterval the same while a change is pending
/// @param timeout after which a probe has failed
public record Check(
    String kind,
    CheckSettings settings,
    Duration interval,
    Duration fastInterval,
    Duration timeout,
    Thresholds thresholds,
    ProbeOptions options) {

  /// A check without further options.
  public Check(
      String kind,
      CheckSettings settings,
      Duration interval,
      Duration fastInterval,
      Duration timeout,
      Thresholds thresholds) {
    this(kind, settings, interval, fastInterval, timeout, thresholds, ProbeOptions.DEFAULT);
  }

  /// One short line for people, as `http :80 /healthz`.
  public String summary() {
    return kind + " " + settings.summary();
  }
}
