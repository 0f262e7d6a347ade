package detour.server.zones;

import detour.dns.wire.Name;
import detour.dns.wire.RecordType;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What is questionable in where records point to.
final class TargetRules {
  private final ZoneIndex index;
  private final List<Finding> findings;

  private TargetRules(ZoneIndex index, List<Finding> findings) {
    this.index = index;
    this.findings = findings;
  }

  static void check(ZoneIndex index, List<Finding> findings) {
    TargetRules rules = new TargetRules(index, findings);
    index
        .all()
        .forEach((owner, sets) -> {
          rules.checkOwner(sets.values().iterator().next().getFirst());
          sets.values().forEach(records -> records.forEach(rules::checkTarget));
        });
  }

  private void checkOwner(ZoneRecord record) {
    if (Targets.endsTwice(record.owner(), index.origin())) {
      add(
          "missing-dot",
          record,
          record.owner() + " ends with the zone's name twice: is a final dot missing?");
    }
  }

  private void checkTarget(ZoneRecord record) {
    if (!Targets.hasTarget(record.type()) || record.service()) {
      return;
    }
    Name target = Targets.of(record);
    String subject = ZoneCheck.subject(record);
    if (Targets.endsTwice(target, index.origin())) {
      add(
          "missing-dot",
          record,
          subject + ": " + target + " ends with the zone's name twice: is a final dot missing?");
    } else if (Targets.looksLikeAddress(target) && record.type() != RecordType.PTR) {
      add(
          "address-as-name",
          record,
          subject + ": " + target + " looks like an address: expected the name of a host");
    } else {
      checkStanding(record, target, subject);
    }
  }

  private void checkStanding(ZoneRecord record, Name target, String subject) {
    ZoneIndex.Standing standing = index.standing(target);
    switch (record.type()) {
      case RecordType.MX, RecordType.SRV -> {
        // RFC 7505, RFC 2782: the root says that there is no such service.
        if (target.isRoot()) {
          return;
        }
        String type = RecordType.name(record.type()).toLowerCase(Locale.ROOT);
        if (standing == ZoneIndex.Standing.ALIAS) {
          add(
              type + "-alias",
              record,
              "%s: %s is an alias, where the name of a host must stand".formatted(subject, target));
        } else if (standing == ZoneIndex.Standing.NO_ADDRESS
            || standing == ZoneIndex.Standing.MISSING) {
          add(
              type + "-address",
              record,
              "%s: %s has no address in this zone".formatted(subject, target));
        }
      }
      case RecordType.CNAME -> {
        if (standing == ZoneIndex.Standing.MISSING) {
          add(
              "cname-nowhere",
              record,
              "%s: %s does not exist in this zone".formatted(subject, target));
        } else if (standing == ZoneIndex.Standing.ALIAS && isLoop(record.owner(), target)) {
          add("cname-loop", record, "%s: the aliases lead back to this name".formatted(subject));
        }
      }
      default -> {}
    }
  }

  private boolean isLoop(Name owner, Name first) {
    Set<Name> seen = new HashSet<>();
    Name at = first;
    while (seen.add(at)) {
      if (at.equals(owner)) {
        return true;
      }
      List<ZoneRecord> next = index.at(at, RecordType.CNAME);
      if (next.isEmpty() || next.getFirst().service()) {
        return false;
      }
      at = Targets.of(next.getFirst());
    }
    return false;
  }

  private void add(String rule, ZoneRecord record, String message) {
    findings.add(Finding.warning(rule, record, message));
  }
}
