package detour.server.zones;

import detour.dns.wire.Name;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/// The names in the data of records.
final class Targets {
  private static final Pattern ADDRESS = Pattern.compile("(\\d{1,3}\\.){4}");

  private Targets() {}

  /// The name that the data ends with.
  ///
  /// @param record of a type that has one: NS, CNAME, DNAME, PTR, MX, SRV
  static Name of(ZoneRecord record) {
    int from = PackedRecords.nameOffset(record.type());
    return Name.ofWire(
        Arrays.copyOfRange(record.rdata(), from, from + Name.octetsAt(record.rdata(), from)));
  }

  /// Whether a final dot is missing, as seen from the result: `www.example.com.example.com.`
  static boolean endsTwice(Name name, Name origin) {
    if (origin.isRoot() || name.octets() < 2 * origin.octets() - 1) {
      return false;
    }
    String end = origin.toString().toLowerCase(Locale.ROOT);
    String text = name.toString().toLowerCase(Locale.ROOT);
    return text.equals(end + end) || text.endsWith("." + end + end);
  }

  static boolean looksLikeAddress(Name name) {
    return ADDRESS.matcher(name.toString()).lookingAt();
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
