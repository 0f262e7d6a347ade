package detour.server.config;

import detour.failover.model.Service.Families;
import detour.server.options.Place;

/// Checks what a service says about records that its endpoints carry (`docs/decisions/0030`).
final class CarriedRecords {
  private CarriedRecords() {}

  static void check(ServiceDeclaration declared, Place place, Problems problems) {
    boolean carries =
        declared.pools().stream()
            .flatMap(pool -> pool.value().endpoints().stream())
            .anyMatch(endpoint -> !endpoint.value().records().isEmpty());
    if (carries && declared.addresses() == null) {
      problems.report(
          place,
          "its endpoints carry records: say with 'addresses: true' or 'addresses: false' whether"
              + " their addresses are answered too",
          "nothing",
          "addresses");
    }
    if (!carries && Boolean.FALSE.equals(declared.addresses())) {
      problems.report(
          place,
          "with 'addresses: false' and no records on its endpoints the service has nothing to"
              + " answer");
    }
    if (carries && declared.families() == Families.SEPARATE) {
      problems.report(
          place,
          "families: separate cannot be combined with records, which belong to neither family");
    }
  }
}
