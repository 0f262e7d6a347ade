package detour.dns.answer;

import detour.dns.zone.Zone;
import java.util.Collection;

/// Everything a query can be answered with at one moment: the zones, and the present answer of each
/// service. Immutable.
public final class AnswerTable {
  private final ServiceAnswer[] services;

  private AnswerTable(ServiceAnswer[] services) {
    this.services = services;
  }

  /// @param services by the index that [detour.dns.zone.ZoneBuilder#service] was given
  public static AnswerTable of(Collection<Zone> zones, ServiceAnswer[] services) {
    return new AnswerTable(services.clone());
  }

  /// The same zones with other services' answers; shares everything else. Costs one array copy.
  public AnswerTable withServices(ServiceAnswer[] changed) {
    return new AnswerTable(changed.clone());
  }

  public ServiceAnswer service(int index) {
    return services[index];
  }
}
