package detour.dns.zone;

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
        return soaProblem(rdata);
      default:
        int from = PackedRecords.nameOffset(type);
        int octets = from < 0 ? 0 : Name.octetsAt(rdata, from);
        boolean good = from < 0 || (octets > 0 && from + octets == rdata.length);
        return good ? null : "its data must end with one uncompressed name";
    }
  }

  private static @Nullable String soaProblem(byte[] rdata) {
    int primary = Name.octetsAt(rdata, 0);
    int mailbox = primary < 0 ? -1 : Name.octetsAt(rdata, primary);
    return mailbox >= 0 && primary + mailbox + SOA_NUMBERS_OCTETS == rdata.length
        ? null
        : "its data must be two names and five numbers";
  }
}
