package detour.server.zones;

import detour.dns.wire.Name;
import detour.dns.wire.RecordType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is questionable where the zone ends: name servers without addresses, missing glue, data
/// that nobody is answered with.
final class DelegationRules {
  private final ZoneIndex index;
  private final List<Finding> findings;
  private final Set<Name> nameServers = new HashSet<>();

  private DelegationRules(ZoneIndex index, List<Finding> findings) {
    this.index = index;
    this.findings = findings;
  }

  static void check(ZoneIndex index, List<Finding> findings) {
    DelegationRules rules = new DelegationRules(index, findings);
    for (Name owner : index.all().keySet()) {
      for (ZoneRecord record : index.at(owner, RecordType.NS)) {
        rules.nameServers.add(Targets.of(record));
        // A delegation below a delegation is not answered from.
        Name cut = index.cut(owner);
        if (cut == null || cut.equals(owner)) {
          rules.checkNameServer(record);
        }
      }
    }
    index.all().forEach(rules::checkOcclusion);
  }

  private void checkNameServer(ZoneRecord record) {
    Name server = Targets.of(record);
    if (Targets.endsTwice(server, index.origin()) || Targets.looksLikeAddress(server)) {
      return;
    }
    String subject = ZoneCheck.subject(record);
    switch (index.standing(server)) {
      case OUTSIDE, ADDRESS -> {}
      case ALIAS ->
          // RFC 2181 section 10.3.
          add(
              "ns-alias",
              record,
              "%s: %s is an alias, and a name server must not be one".formatted(subject, server));
      case NO_ADDRESS, MISSING ->
          add(
              "ns-address",
              record,
              "%s: %s has no address in this zone".formatted(subject, server));
      case DELEGATED -> {
        if (!index.hasAddress(server)) {
          add(
              "glue",
              record,
              "%s: %s is below the delegation of %s and has no address here as glue, so that nobody can reach it"
                  .formatted(subject, server, index.cut(server)));
        }
      }
    }
  }

  private void checkOcclusion(Name owner, Map<Integer, List<ZoneRecord>> sets) {
    Name redirection = index.redirection(owner);
    Name cut = index.cut(owner);
    sets.forEach((type, records) -> {
      ZoneRecord first = records.getFirst();
      if (redirection != null) {
        add(
            "occluded",
            first,
            "%s is below the DNAME of %s and never answered (RFC 6672 section 2.4)"
                .formatted(ZoneCheck.subject(owner, type), redirection));
      } else if (cut != null && isOccluded(owner, type, cut)) {
        add(
            "occluded",
            first,
            "%s is %s the delegation of %s and never answered"
                .formatted(
                    ZoneCheck.subject(owner, type), owner.equals(cut) ? "at" : "below", cut));
      } else if (type == RecordType.DS && cut == null) {
        // RFC 4035 section 2.4.
        add("ds", first, ZoneCheck.subject(owner, type) + ": there is no delegation at this name");
      }
    });
  }

  private boolean isOccluded(Name owner, int type, Name cut) {
    return switch (type) {
      case RecordType.A, RecordType.AAAA -> !nameServers.contains(owner);
      case RecordType.NS, RecordType.DS, RecordType.NSEC, RecordType.RRSIG -> !owner.equals(cut);
      default -> true;
    };
  }

  private void add(String rule, ZoneRecord record, String message) {
    findings.add(Finding.warning(rule, record, message));
  }
}
