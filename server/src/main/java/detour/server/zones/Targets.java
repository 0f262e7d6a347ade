package detour.server.zones;

import detour.dns.wire.Name;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import java.util.Arrays;

/// The names in the data of records.
final class Targets {
  private Targets() {}

  /// The name that the data ends with.
  ///
  /// @param record of a type that has one: NS, CNAME, DNAME, PTR, MX, SRV
  static Name of(ZoneRecord record) {
    int from = PackedRecords.nameOffset(record.type());
    return Name.ofWire(
        Arrays.copyOfRange(record.rdata(), from, from + Name.octetsAt(record.rdata(), from)));
  }

  static boolean hasTarget(int type) {
    return switch (type) {
      case RecordType.NS,
          RecordType.CNAME,
          RecordType.DNAME,
          RecordType.PTR,
          RecordType.MX,
          RecordType.SRV ->
          true;
      default -> false;
    };
  }
}
