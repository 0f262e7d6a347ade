/**
 * The judgement: observations to opinions, verdicts and selections. Time and chance are parameters.
 */
module detour.failover {
  requires static org.jspecify;

  exports detour.failover.guard;
  exports detour.failover.model;
  exports detour.failover.opinion;
  exports detour.failover.safety;
  exports detour.failover.selection;
  exports detour.failover.verdict;
}
