package detour.server;

import detour.server.metrics.Exposition;
import detour.server.metrics.Sample;
import detour.server.publish.ClusterState;
import detour.server.publish.ClusterState.NodeState;
import detour.server.publish.RunningConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The cluster as gauges; their number is bounded by that of its nodes.
///
/// @param state null before the first step
record ClusterGauges(Supplier<@Nullable ClusterState> state) {
  private static final double MILLIS_PER_SECOND = 1e3;

  void register(Exposition exposition) {
    gauge(
        exposition,
        "detour_cluster_view_age_seconds",
        "How long ago what is known of the other nodes was last known to be current.",
        ClusterGauges::age);
    gauge(
        exposition,
        "detour_cluster_store_reachable",
        "1 while the store that the nodes share answers, else 0.",
        now -> List.of(Sample.of(now.reachable() ? 1 : 0)));
    gauge(
        exposition,
        "detour_cluster_nodes_present",
        "How many nodes are present, this one included.",
        now ->
            List.of(
                Sample.of(
                    (double)
                        now.nodes().stream()
                            .filter(node -> node.presence().equals("PRESENT"))
                            .count())));
    gauge(
        exposition,
        "detour_cluster_nodes_disagreeing",
        "How many nodes answer otherwise than most, or with nobody knows what.",
        now ->
            List.of(
                Sample.of((double) now.nodes().stream().filter(node -> !node.agrees()).count())));
    gauge(
        exposition,
        "detour_cluster_changes_waiting",
        "Moves of latches, failbacks and overrides that wait for the store.",
        now -> List.of(Sample.of(now.waiting())));
    gauge(
        exposition,
        "detour_configuration_revision",
        "Which revision of the cluster's configuration this node runs; 0 while it waits for one.",
        now -> own(now, RunningConfiguration::revision));
    gauge(
        exposition,
        "detour_configuration_refused_revision",
        "Which later revision this node could not apply; 0 for none.",
        now -> own(now, RunningConfiguration::refused));
    exposition.gauge(
        "detour_cluster_clock_skew_seconds",
        "By how much the clock of a node is ahead of this node's.",
        List.of("node"),
        () -> of(ClusterGauges::skews));
  }

  private void gauge(
      Exposition exposition,
      String name,
      String help,
      Function<ClusterState, List<Sample>> samples) {
    exposition.gauge(name, help, List.of(), () -> of(samples));
  }

  private List<Sample> of(Function<ClusterState, List<Sample>> samples) {
    ClusterState now = state.get();
    return now == null ? List.of() : samples.apply(now);
  }

  private static List<Sample> age(ClusterState now) {
    Duration age = now.age();
    return age == null ? List.of() : List.of(Sample.of(age.toMillis() / MILLIS_PER_SECOND));
  }

  private static List<Sample> own(ClusterState now, ToLongFunction<RunningConfiguration> figure) {
    RunningConfiguration running = now.nodes().getFirst().configuration();
    return running == null ? List.of() : List.of(Sample.of((double) figure.applyAsLong(running)));
  }

  private static List<Sample> skews(ClusterState now) {
    List<Sample> samples = new ArrayList<>();
    for (NodeState node : now.nodes()) {
      Duration skew = node.skew();
      if (skew != null) {
        samples.add(Sample.of(skew.toMillis() / MILLIS_PER_SECOND, node.name()));
      }
    }
    return samples;
  }
}
