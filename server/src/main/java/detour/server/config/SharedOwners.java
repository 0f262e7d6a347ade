package detour.server.config;

import detour.dns.wire.RecordType;
import detour.failover.model.Service;
import detour.server.options.Place;
import detour.server.options.Placed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Services that stand at one name: none may answer a type that another one answers there.
final class SharedOwners {
  private SharedOwners() {}

  /// Reports each service that answers what an earlier one does.
  ///
  /// @param declarations of the services, in the same order
  static void report(
      List<Service> services, List<Placed<ServiceDeclaration>> declarations, Problems problems) {
    Map<String, Map<Integer, Integer>> answered = new HashMap<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < services.size(); i++) {
      Service service = services.get(i);
      if (!names.add(service.name())) {
        // A service that is there twice was reported already.
        continue;
      }
      Map<Integer, Integer> firsts =
          answered.computeIfAbsent(service.owner(), owner -> new HashMap<>());
      for (int type : service.types()) {
        Integer first = firsts.putIfAbsent(type, i);
        if (first != null) {
          Place place = declarations.get(first).place();
          problems.report(
              declarations.get(i).place(),
              "%s is answered at %s by the service %s already, in line %d"
                  .formatted(
                      type == RecordType.A ? "its address" : RecordType.name(type),
                      service.owner(),
                      services.get(first).name(),
                      place.line()));
          break;
        }
      }
    }
  }
}
