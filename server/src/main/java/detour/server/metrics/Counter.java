package detour.server.metrics;

/// Everything that is counted one by one, each with what one increment means.
public enum Counter {
  /// A probe's outcome arrived for a target that is no longer in the configuration.
  OBSERVATIONS_DROPPED("detour_observations_dropped"),
  /// The publish thread swapped in a new answer table.
  ANSWER_TABLES_PUBLISHED("detour_answer_tables_published"),
  /// The store could not write a change; the decision stood all the same.
  STORE_FAILURES("detour_store_failures"),
  /// A decision threw: a fault of ours; the answers stayed as they were.
  PUBLISH_FAILURES("detour_publish_failures");

  private final String metricName;

  Counter(String metricName) {
    this.metricName = metricName;
  }

  /// Prometheus name without the `_total` suffix.
  public String metricName() {
    return metricName;
  }
}
