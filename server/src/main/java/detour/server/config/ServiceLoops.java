package detour.server.config;

import detour.failover.model.Destination;
import detour.failover.model.Service;
import detour.server.options.Placed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Finds services that lead back to themselves: by way of host-name endpoints, a CNAME chain
/// without an end, or by way of checks that ask for services.
final class ServiceLoops {
  private ServiceLoops() {}

  /// @param services one for each declaration, in order
  static void report(
      List<Service> services, List<Placed<ServiceDeclaration>> declarations, Problems problems) {
    report(
        services,
        declarations,
        ServiceLoops::hosts,
        " has itself as an endpoint",
        "the endpoints lead back to the service: ",
        problems);
    report(
        services,
        declarations,
        ServiceLoops::asked,
        " has a check that asks for the service itself",
        "the checks lead back to the service: ",
        problems);
  }

  private static void report(
      List<Service> services,
      List<Placed<ServiceDeclaration>> declarations,
      Function<Service, Set<String>> next,
      String itself,
      String others,
      Problems problems) {
    Map<String, Set<String>> targets = new HashMap<>();
    for (Service service : services) {
      targets
          .computeIfAbsent(service.name(), _ -> new LinkedHashSet<>())
          .addAll(next.apply(service));
    }
    Set<String> reported = new HashSet<>();
    for (int i = 0; i < services.size(); i++) {
      String name = services.get(i).name();
      List<String> way = wayBack(name, targets);
      if (!way.isEmpty() && reported.add(name)) {
        problems.report(
            declarations.get(i).place(),
            way.size() == 2 ? name + itself : others + String.join(" -> ", way));
      }
    }
  }

  /// The shortest way from a name back to itself, both ends included; empty when there is none.
  static List<String> wayBack(String start, Map<String, Set<String>> targets) {
    Map<String, String> cameFrom = new HashMap<>();
    Deque<String> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      String at = open.remove();
      for (String next : targets.getOrDefault(at, Set.of())) {
        if (next.equals(start)) {
          List<String> way = new ArrayList<>(List.of(start));
          for (String step = at; step != null; step = cameFrom.get(step)) {
            way.addFirst(step);
          }
          return way;
        }
        if (cameFrom.putIfAbsent(next, at) == null) {
          open.add(next);
        }
      }
    }
    return List.of();
  }

  private static Set<String> asked(Service service) {
    Set<String> asked = new LinkedHashSet<>();
    service
        .pools()
        .forEach(pool -> pool.endpoints().forEach(e -> asked.addAll(e.checks().rule().services())));
    return asked;
  }

  private static Set<String> hosts(Service service) {
    Set<String> hosts = new LinkedHashSet<>();
    service.pools().stream()
        .flatMap(pool -> pool.endpoints().stream())
        .map(endpoint -> endpoint.destination())
        .forEach(destination -> {
          if (destination instanceof Destination.HostName(String name)) {
            hosts.add(name);
          }
        });
    return hosts;
  }
}
