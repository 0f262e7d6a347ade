package detour.dns.zone;

import detour.dns.wire.DataText;
import detour.dns.wire.Name;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import org.jspecify.annotations.Nullable;

/// What RDATA must look like, for those types whose RDATA a server reads itself.
final class RecordShape {
  private static final int SOA_NUMBERS_OCTETS = 20;

  private RecordShape() {}

  /// Says what is wrong with RDATA; null when nothing is, or when the type is not read here.
  static @Nullable String problem(int type, byte[] rdata) {
    switch (type) {
      case RecordType.A:
        return rdata.length == 4 ? null : "an IPv4 address has 4 octets";
      case RecordType.AAAA:
        return rdata.length == 16 ? null : "an IPv6 address has 16 octets";
      case RecordType.SOA:
        return twoNames(rdata, SOA_NUMBERS_OCTETS)
            ? null
            : "its data must be two names and five numbers";
      case RecordType.MINFO:
        return twoNames(rdata, 0) ? null : "its data must be two names";
      case RecordType.SVCB, RecordType.HTTPS:
        return DataText.isWellFormed(type, rdata)
            ? null
            : "its data must be a priority, a name and parameters in ascending order (RFC 9460)";
      default:
        int from = PackedRecords.nameOffset(type);
        int octets = from < 0 ? 0 : Name.octetsAt(rdata, from);
        boolean good = from < 0 || (octets > 0 && from + octets == rdata.length);
        return good ? null : "its data must end with one uncompressed name";
    }
  }

  private static boolean twoNames(byte[] rdata, int octetsBehind) {
    int first = Name.octetsAt(rdata, 0);
    int second = first < 0 ? -1 : Name.octetsAt(rdata, first);
    return second >= 0 && first + second + octetsBehind == rdata.length;
  }
}
