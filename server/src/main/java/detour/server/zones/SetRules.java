package detour.server.zones;

import detour.dns.wire.Name;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What is questionable among the records of one name.
final class SetRules {
  private SetRules() {}

  static void check(ZoneIndex index, List<Finding> findings) {
    index
        .all()
        .forEach((owner, sets) -> {
          checkWildcard(index, sets.values().iterator().next().getFirst(), findings);
          sets.values().stream()
              .filter(records -> records.size() > 1)
              .forEach(records -> checkSet(records, findings));
        });
  }

  private static void checkSet(List<ZoneRecord> records, List<Finding> findings) {
    ZoneRecord first = records.getFirst();
    long least = records.stream().mapToLong(ZoneRecord::ttlSeconds).min().orElse(0);
    records.stream()
        .filter(record -> record.ttlSeconds() != first.ttlSeconds())
        .findFirst()
        .ifPresent(other ->
            // RFC 2181 section 5.2.
            findings.add(
                Finding.warning(
                    "ttl-differs",
                    other,
                    "%s: the TTLs of this set differ, %d and %d; the lowest, %d, is answered for all"
                        .formatted(
                            ZoneCheck.subject(other),
                            first.ttlSeconds(),
                            other.ttlSeconds(),
                            least))));
    Set<ByteBuffer> seen = new HashSet<>();
    for (ZoneRecord record : records) {
      if (!seen.add(ByteBuffer.wrap(record.rdata()))) {
        findings.add(
            Finding.warning(
                "duplicate",
                record,
                ZoneCheck.subject(record) + ": this record is there already; it counts once"));
      }
    }
  }

  /// RFC 4592 section 2.1.1: only a lone asterisk in the first label is a wildcard.
  private static void checkWildcard(ZoneIndex index, ZoneRecord record, List<Finding> findings) {
    if (record.owner().toString().indexOf('*') < 0) {
      return;
    }
    Name name = record.owner();
    boolean first = true;
    while (!name.equals(index.origin())) {
      String text = name.toString();
      int end =
          text.length() - (name.parent().isRoot() ? 1 : name.parent().toString().length() + 1);
      String label = text.substring(0, end);
      if (label.equals("*") && !first) {
        findings.add(
            Finding.warning(
                "wildcard",
                record,
                record.owner() + ": an asterisk that is not the first label matches only itself"));
        return;
      }
      if (label.contains("*") && label.length() > 1) {
        findings.add(
            Finding.warning(
                "wildcard",
                record,
                record.owner() + ": an asterisk beside other letters matches only itself"));
        return;
      }
      first = false;
      name = name.parent();
    }
  }
}
