package detour.systemtest;

/// Configurations that several tests start from. All checks are quick, so that a test is.
final class Configurations {
  /// The service of [#twoPools].
  static final String WWW = "www.example.com";

  private Configurations() {}

  /// `www.example.com` with the pools `primary` (endpoint `p1`, the stage's first address) and
  /// `standby` (`s1`, its second).
  ///
  /// @param options further keys of the service, each on a line of its own, unindented
  static String twoPools(Stage stage, String... options) {
    return check(stage)
        + """
        zones:
          - { name: example.com, ns: [ns1.example.net] }
        services:
          - name: www.example.com
            check: web
            ttl: 5s
            failback_after: 500ms
        %s    pools:
              - { name: primary, endpoints: [ { name: p1, address: %s } ] }
              - { name: standby, endpoints: [ { name: s1, address: %s } ] }
        """
            .formatted(indented(options), stage.address(1), stage.address(2));
  }

  /// A check `web` of the stage's port.
  static String check(Stage stage) {
    return """
    checks:
      web: { type: http, port: %d, path: /healthz, interval: 300ms, timeout: 200ms,
             fast_interval: 50ms, fall: 3, rise: 2, flap_window: 0s }
    """
        .formatted(stage.port());
  }

  static String indented(String... options) {
    StringBuilder lines = new StringBuilder();
    for (String option : options) {
      lines.append("    ").append(option).append('\n');
    }
    return lines.toString();
  }
}
