package detour.server.api;

import detour.server.publish.ClusterState;
import detour.server.publish.RunningConfiguration;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The cluster in the API's own records.
final class ClusterReports {
  private static final double MILLIS_PER_SECOND = 1e3;

  private ClusterReports() {}

  static ClusterReport of(ClusterState state, String node, Instant at) {
    return new ClusterReport(
        state.name(),
        node,
        at,
        state.reachable(),
        seconds(state.age()),
        state.stale(),
        state.trouble(),
        state.waiting(),
        state.nodes().stream().map(ClusterReports::node).toList(),
        state.alarms());
  }

  private static ClusterReport.Node node(ClusterState.NodeState node) {
    return new ClusterReport.Node(
        node.name(),
        node.region(),
        node.role(),
        node.version(),
        node.presence(),
        node.detail(),
        seconds(node.presentFor()),
        seconds(node.heard()),
        seconds(node.skew()),
        node.epoch(),
        seconds(node.behind()),
        Long.toHexString(node.rules()),
        node.opinions(),
        node.frozen(),
        node.agrees(),
        node.disagreement(),
        configuration(node.configuration()));
  }

  private static ClusterReport.@Nullable Configuration configuration(
      @Nullable RunningConfiguration running) {
    return running == null
        ? null
        : new ClusterReport.Configuration(running.revision(), running.refused(), running.problem());
  }

  private static @Nullable Double seconds(@Nullable Duration duration) {
    return duration == null ? null : (Double) (duration.toMillis() / MILLIS_PER_SECOND);
  }
}
