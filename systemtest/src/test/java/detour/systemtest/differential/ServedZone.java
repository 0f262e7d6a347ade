package detour.systemtest.differential;

import java.util.List;

/// A zone that all servers are given.
///
/// @param origin absolute
/// @param records lines of a zone file, names relative to the origin, the SOA first
record ServedZone(String origin, List<String> records) {
  static final String START_OF_AUTHORITY = "@ 3600 IN SOA ns1 hostmaster 7 7200 900 1209600 300";

  ServedZone {
    records = List.copyOf(records);
  }

  /// The name of the zone file.
  String file() {
    return origin + "zone";
  }

  /// The text of the zone file.
  String text() {
    return "$ORIGIN " + origin + "\n$TTL 3600\n" + String.join("\n", records) + "\n";
  }

  /// Whether the name, absolute and in lower case, is at the origin or below it.
  boolean holds(String name) {
    return name.equals(origin) || name.endsWith("." + origin);
  }
}
