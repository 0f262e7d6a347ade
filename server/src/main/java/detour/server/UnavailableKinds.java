package detour.server;

import detour.failover.model.Check;
import detour.server.config.Configuration;
import detour.server.probe.ProbeKind;
import detour.server.probe.kinds.ProbeKinds;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What a configuration asks for and this process cannot do.
final class UnavailableKinds {
  private UnavailableKinds() {}

  /// One line for each kind of check that is used and cannot be run here, with its cure.
  static List<String> warnings(Configuration configuration) {
    Set<String> used =
        configuration.model().services().stream()
            .flatMap(service -> service.pools().stream())
            .flatMap(pool -> pool.endpoints().stream())
            .flatMap(endpoint -> endpoint.checks().checks().stream())
            .map(Check::kind)
            .collect(Collectors.toSet());
    return warnings(ProbeKinds.ALL, used);
  }

  static List<String> warnings(List<ProbeKind> kinds, Set<String> used) {
    return kinds.stream()
        .filter(kind -> used.contains(kind.name()))
        .filter(kind -> kind.unavailable() != null)
        .map(kind ->
            "checks of type %s are not made here, and say nothing of their endpoints: %s"
                .formatted(kind.name(), kind.unavailable()))
        .toList();
  }
}
