package detour.systemtest;

import java.nio.file.Path;

/// What a cluster of three is told besides to be careful with: a pool of two of which one must
/// stay, a service whose changes somebody else approves, and one with a fence.
final class GuardedServices {
  static final String PAIR = "pair.example.com";
  static final String APPROVED = "approved.example.com";
  static final String FENCED = "fenced.example.com";
  static final String RULE = "keep-one";

  private static final String RULES =
      """
      safety: { rules: [{ name: %s, of: [%s/primary/p1, %s/primary/p2], at_least: 1 }] }
      """
          .formatted(RULE, PAIR, PAIR);

  private final ClusterTopology topology;
  private final Path raised;

  private GuardedServices(Stage stage, ClusterTopology topology) {
    this.topology = topology;
    raised = stage.directory().resolve("raised");
  }

  /// Configures the nodes, which are not started.
  static GuardedServices in(ClusterTopology topology, Stage stage) {
    GuardedServices services = new GuardedServices(stage, topology);
    // So long that the other nodes want the fence too while it is being raised.
    Path script =
        stage.file(
            "fence.sh",
            "echo \"$DETOUR_SERVICE $DETOUR_FROM $DETOUR_TO\" >> %s; sleep 1\n"
                .formatted(services.raised));
    for (DetourNode node : topology.nodes()) {
      node.configure(
          "both",
          topology.configuration(node, "ams1, fra1, nyc1", RULES)
              + services.service(
                  PAIR, "", ", { name: p2, address: %s }".formatted(topology.outside().address()))
              + services.service(APPROVED, "second_approver: true", "")
              + services.service(
                  FENCED,
                  "fence: { command: [/bin/sh, \"%s\"], timeout: 15s, on_failure: hold }"
                      .formatted(script),
                  ""));
    }
    return services;
  }

  /// Where the hook of the fence adds a line each time it runs.
  Path raised() {
    return raised;
  }

  private String service(String name, String option, String morePrimary) {
    return """
      - name: %s
        check: web
        ttl: 5s
        failback_after: 1s
        %s
        pools:
          - { name: primary, endpoints: [ { name: p1, address: %s }%s ] }
          - { name: standby, endpoints: [ { name: s1, address: %s } ] }
    """
        .formatted(
            name, option, topology.primary().address(), morePrimary, topology.standby().address());
  }
}
