package detour.server.metrics;

/// Everything that is counted one by one, each with what one increment means.
public enum Counter {
  /// A probe's outcome arrived for a target that is no longer in the configuration.
  OBSERVATIONS_DROPPED("detour_observations_dropped"),
  /// The publish thread swapped in a new answer table.
  ANSWER_TABLES_PUBLISHED("detour_answer_tables_published"),
  /// The store could not write a change; the decision stood all the same.
  STORE_FAILURES("detour_store_failures"),
  /// A probe was started.
  PROBES_STARTED("detour_probes_started"),
  /// A probe was started more than 100 ms after its time.
  PROBES_STARTED_LATE("detour_probes_started_late"),
  /// A probe had to wait because as many as may be were under way; it started later.
  PROBES_DEFERRED("detour_probes_deferred"),
  /// A probe could not be made because this machine had no socket, port or memory left, or could
  /// not read the certificates to trust; it is tried again and says nothing about the endpoint.
  PROBES_NOT_STARTED("detour_probes_not_started"),
  /// A watched host name could not be resolved; its last good addresses stand.
  RESOLUTIONS_FAILED("detour_resolutions_failed");

  private final String metricName;

  Counter(String metricName) {
    this.metricName = metricName;
  }

  /// Prometheus name without the `_total` suffix.
  public String metricName() {
    return metricName;
  }
}
