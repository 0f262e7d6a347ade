package detour.server.zones;

import detour.dns.wire.Name;
import detour.dns.wire.RecordType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A zone's records by name, and what stands at a name as a resolver would find it.
final class ZoneIndex {
  private final Name origin;
  private final Map<Name, Map<Integer, List<ZoneRecord>>> records = new LinkedHashMap<>();
  private final Set<Name> names = new HashSet<>();
  private final Map<Name, ServedName> services;

  /// What a resolver finds at a name when it looks for an address.
  enum Standing {
    /// Not in this zone.
    OUTSIDE,
    /// At or below a delegation.
    DELEGATED,
    /// A CNAME, or below a DNAME.
    ALIAS,
    ADDRESS,
    /// The name exists, without an address.
    NO_ADDRESS,
    /// The name does not exist.
    MISSING
  }

  ZoneIndex(ZoneContent content) {
    origin = content.origin();
    services = content.services();
    for (ZoneRecord record : content.records()) {
      records
          .computeIfAbsent(record.owner(), _ -> new HashMap<>())
          .computeIfAbsent(record.type(), _ -> new ArrayList<>())
          .add(record);
      addName(record.owner());
    }
    services.keySet().forEach(this::addName);
  }

  Name origin() {
    return origin;
  }

  /// Names in the order of their first records, and what they own by type.
  Map<Name, Map<Integer, List<ZoneRecord>>> all() {
    return records;
  }

  List<ZoneRecord> at(Name name, int type) {
    return records.getOrDefault(name, Map.of()).getOrDefault(type, List.of());
  }

  boolean has(Name name, int type) {
    return !at(name, type).isEmpty();
  }

  /// Whether an address stands at exactly this name, also below a delegation.
  boolean hasAddress(Name name) {
    return has(name, RecordType.A)
        || has(name, RecordType.AAAA)
        || (services.containsKey(name) && services.get(name).types().contains(RecordType.A));
  }

  boolean contains(Name name) {
    return name.isSubdomainOf(origin);
  }

  /// The delegation that a name is at or below; null for none.
  @Nullable Name cut(Name name) {
    return ancestor(name, RecordType.NS, true);
  }

  /// The owner of the DNAME that a name is below; null for none.
  @Nullable Name redirection(Name name) {
    return ancestor(name, RecordType.DNAME, false);
  }

  /// The highest of a name's ancestors that owns the type.
  ///
  /// @param itself whether the name counts, and the apex does not
  private @Nullable Name ancestor(Name name, int type, boolean itself) {
    Name found = null;
    Name at = itself ? name : name.equals(origin) ? null : name.parent();
    while (at != null && contains(at)) {
      if (has(at, type) && !(itself && at.equals(origin))) {
        found = at;
      }
      at = at.equals(origin) ? null : at.parent();
    }
    return found;
  }

  Standing standing(Name name) {
    if (!contains(name)) {
      return Standing.OUTSIDE;
    }
    if (cut(name) != null) {
      return Standing.DELEGATED;
    }
    if (redirection(name) != null) {
      return Standing.ALIAS;
    }
    if (names.contains(name)) {
      return standingAt(name);
    }
    // RFC 4592 section 3.3.1: the wildcard directly below the closest encloser.
    Name encloser = name.parent();
    while (!names.contains(encloser) && !encloser.equals(origin)) {
      encloser = encloser.parent();
    }
    Name wildcard = encloser.octets() + 2 > Name.MAXIMUM_OCTETS ? null : encloser.wildcard();
    return wildcard != null && names.contains(wildcard) ? standingAt(wildcard) : Standing.MISSING;
  }

  private Standing standingAt(Name name) {
    return has(name, RecordType.CNAME)
        ? Standing.ALIAS
        : hasAddress(name) ? Standing.ADDRESS : Standing.NO_ADDRESS;
  }

  private void addName(Name name) {
    Name at = name;
    while (names.add(at) && !at.equals(origin) && contains(at)) {
      at = at.parent();
    }
  }
}
