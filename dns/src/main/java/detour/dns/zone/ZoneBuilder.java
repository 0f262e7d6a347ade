package detour.dns.zone;

import detour.dns.wire.Layouts;
import detour.dns.wire.Name;
import detour.dns.wire.NameKey;
import detour.dns.wire.RecordType;
import java.util.Arrays;
import java.util.Set;

/// Collects a zone's records and checks them as a whole. Belongs to one thread; to be built once.
///
/// Records are appended to one growing byte array. A name is an entry of 3 + n + 8 octets: flags,
/// one unused, length of the name, the name, where its latest record lies, its service. A record is
/// an entry of 12 + n octets: where the record before it at the same name lies, type, TTL, length
/// of its data, the data.
public final class ZoneBuilder {
  /// Octets behind the packed records, so that names may be read eight octets at a time.
  static final int PADDING = 8;

  /// Set beside the flags of [Node]: records other than CNAME stand here.
  static final int OTHER_DATA = 64;

  /// A, AAAA stand here.
  private static final int ADDRESSES = 128;

  static final int RECORD_TYPE = 4;
  static final int RECORD_TTL = 6;
  static final int RECORD_LENGTH = 10;
  static final int RECORD_DATA = 12;

  private final Name origin;
  private final NameKey key = new NameKey();
  private final NameKey scratch = new NameKey();
  private final NameTable table = new NameTable(16);
  private byte[] log = new byte[4096];
  private int end = PADDING;
  private int[] entries = new int[16];

  public ZoneBuilder(Name origin) {
    this.origin = origin;
    reserve();
    appendName(key.set(origin).hash(0), origin.toWire(), 0, origin.octets());
  }

  /// Adds one record of class IN. A record that is there already is not added again.
  ///
  /// @param type RFC 1035 type number
  /// @param ttlSeconds 0 to 2^31-1; a record set takes the lowest of its records (RFC 2181 section
  ///   5.2)
  /// @param rdata uncompressed wire form
  /// @throws ZoneException when the record cannot stand in this zone: owner outside it, TTL out of
  ///   range, CNAME beside other data
  public ZoneBuilder add(Name owner, int type, long ttlSeconds, byte[] rdata) throws ZoneException {
    checkRecord(owner, type, ttlSeconds, rdata);
    int entry = entry(owner);
    int flags = flagsWith(owner, type, log[entry]);
    reserve();
    log[entry] = (byte) flags;
    int head = head(entry);
    Layouts.putInt(log, end, Layouts.signedInt(log, head));
    Layouts.putInt(log, head, end);
    Layouts.putShort(log, end + RECORD_TYPE, type);
    Layouts.putInt(log, end + RECORD_TTL, (int) ttlSeconds);
    Layouts.putShort(log, end + RECORD_LENGTH, rdata.length);
    System.arraycopy(rdata, 0, log, end + RECORD_DATA, rdata.length);
    end += RECORD_DATA + rdata.length;
    return this;
  }

  /// Declares that address queries for `owner` are answered by the service with this index in the
  /// answer table.
  ///
  /// @throws ZoneException when the zone holds A, AAAA or CNAME records there, or when the name is
  ///   below a delegation
  public ZoneBuilder service(Name owner, int serviceIndex) throws ZoneException {
    return service(owner, serviceIndex, Set.of(RecordType.A, RecordType.AAAA));
  }

  /// Declares that queries for `owner` and these types are answered by a service. To be called when
  /// the zone's records are there.
  ///
  /// @param types those that the service answers; the zone keeps all others
  /// @throws ZoneException when the zone holds records of one of the types there, or a CNAME, or
  ///   when the name is below a delegation
  public ZoneBuilder service(Name owner, int serviceIndex, Set<Integer> types)
      throws ZoneException {
    checkInside(owner, "service");
    if (serviceIndex < 0) {
      throw new ZoneException(owner + " service: the index " + serviceIndex + " is below 0");
    }
    int entry = entry(owner);
    if ((log[entry] & Node.SERVICE) != 0) {
      throw new ZoneException(owner + " service: the name is a service already");
    }
    checkFree(owner, entry, types);
    key.set(owner);
    for (int skip = 0; skip <= key.labels() - origin.labelCount(); skip++) {
      if ((log[table.find(log, key, skip)] & Node.CUT) != 0) {
        throw new ZoneException(
            owner + " service: the name is delegated, so that this zone does not answer for it");
      }
    }
    log[entry] |= Node.SERVICE;
    Layouts.putInt(log, head(entry) + 4, serviceIndex);
    return this;
  }

  private void checkFree(Name owner, int entry, Set<Integer> types) throws ZoneException {
    boolean addresses = types.contains(RecordType.A);
    if ((log[entry] & Node.CNAME) != 0 || (addresses && (log[entry] & ADDRESSES) != 0)) {
      throw new ZoneException(
          owner + " service: the zone has A, AAAA or CNAME records there; remove one or the other");
    }
    for (int record = Layouts.signedInt(log, head(entry));
        record != 0;
        record = Layouts.signedInt(log, record)) {
      int type = Layouts.unsignedShort(log, record + RECORD_TYPE);
      if (types.contains(type)) {
        throw new ZoneException(
            owner
                + " service: the zone has "
                + RecordType.name(type)
                + " records there, as the endpoints do; remove one or the other");
      }
    }
  }

  /// @throws ZoneException when the zone has no SOA or more than one, or no NS at its apex
  public Zone build() throws ZoneException {
    return new ZonePacker(origin, log, Arrays.copyOf(entries, table.size())).pack();
  }

  private void checkRecord(Name owner, int type, long ttlSeconds, byte[] rdata)
      throws ZoneException {
    if (type <= 0 || type > 65535 || RecordType.isMeta(type)) {
      throw new ZoneException(owner + " type " + type + ": no zone can hold this type");
    }
    checkInside(owner, RecordType.name(type));
    if (ttlSeconds < 0 || ttlSeconds > Integer.MAX_VALUE) {
      throw bad(owner, type, "the TTL " + ttlSeconds + " is not within 0 to 2147483647 (RFC 2181)");
    }
    if (rdata.length > 65535) {
      throw bad(
          owner, type, "its data has " + rdata.length + " octets; at most 65535 are possible");
    }
    String problem = RecordShape.problem(type, rdata);
    if (problem != null) {
      throw bad(owner, type, problem);
    }
    if (type == RecordType.SOA && !owner.equals(origin)) {
      throw bad(owner, type, "the SOA belongs to the apex " + origin);
    }
    if (owner.isWildcard() && (type == RecordType.NS || type == RecordType.DNAME)) {
      throw bad(owner, type, "a wildcard cannot redirect or delegate (RFC 4592 sections 4.2, 4.4)");
    }
  }

  private void checkInside(Name owner, String what) throws ZoneException {
    if (!owner.isSubdomainOf(origin)) {
      throw new ZoneException(owner + " " + what + ": the name is outside the zone " + origin);
    }
  }

  /// The entry's flags with a record of this type added.
  private int flagsWith(Name owner, int type, int flags) throws ZoneException {
    int added = addedFlags(owner, type);
    int all = flags | added;
    // RFC 1034 section 3.6.2.
    if ((all & Node.CNAME) != 0 && (all & (OTHER_DATA | Node.SERVICE)) != 0) {
      throw bad(owner, type, "a CNAME cannot stand beside other records or a service");
    }
    if ((all & Node.SERVICE) != 0 && (added & ADDRESSES) != 0) {
      throw bad(owner, type, "the name is a service, whose addresses come from its pools");
    }
    if ((all & Node.CUT) != 0 && (all & Node.DNAME) != 0) {
      throw bad(
          owner, type, "a DNAME cannot stand where the zone delegates (RFC 6672 section 2.3)");
    }
    if ((all & Node.CUT) != 0 && (all & Node.SERVICE) != 0) {
      throw bad(owner, type, "the name is a service and cannot be delegated");
    }
    return all;
  }

  private int addedFlags(Name owner, int type) {
    return switch (type) {
      case RecordType.CNAME -> Node.CNAME;
      // Signatures and proofs are about the CNAME (RFC 4034 sections 3 and 4).
      case RecordType.RRSIG, RecordType.NSEC -> 0;
      case RecordType.A, RecordType.AAAA -> OTHER_DATA | ADDRESSES;
      case RecordType.DNAME -> OTHER_DATA | Node.DNAME;
      case RecordType.NS -> owner.equals(origin) ? OTHER_DATA : OTHER_DATA | Node.CUT;
      default -> OTHER_DATA;
    };
  }

  /// The entry of a name; made when there is none, with entries for all names between it and the
  /// apex.
  private int entry(Name owner) throws ZoneException {
    key.set(owner);
    int entry = table.find(log, key, 0);
    if (entry != 0) {
      return entry;
    }
    checkRoom();
    byte[] wire = owner.toWire();
    boolean wildcard = false;
    for (int skip = 0; ; skip++) {
      int existing = table.find(log, key, skip);
      if (existing != 0) {
        log[existing] |= (byte) (wildcard ? Node.WILDCARD_BELOW : 0);
        return entry;
      }
      reserve();
      int start = key.start(skip);
      int made = appendName(key.hash(skip), wire, start, wire.length - start);
      log[made] |= (byte) (wildcard ? Node.WILDCARD_BELOW : 0);
      entry = skip == 0 ? made : entry;
      wildcard = wire[start] == 1 && wire[start + 1] == '*';
    }
  }

  private int appendName(long hash, byte[] wire, int from, int length) {
    int entry = end;
    log[entry + NameTable.NAME_LENGTH] = (byte) length;
    System.arraycopy(wire, from, log, entry + NameTable.NAME, length);
    end = entry + NameTable.NAME + length + 8;
    table.ensureRoom(log, scratch);
    if (table.size() == entries.length) {
      entries = Arrays.copyOf(entries, entries.length * 2);
    }
    entries[table.size()] = entry;
    table.add(hash, entry);
    return entry;
  }

  /// Where the entry tells its latest record; its service stands behind that.
  private int head(int entry) {
    return entry + NameTable.NAME + (log[entry + NameTable.NAME_LENGTH] & 0xFF);
  }

  private void checkRoom() throws ZoneException {
    if (end > Integer.MAX_VALUE / 2) {
      throw new ZoneException(
          origin + ": the zone has more than 1 GiB of records; split it by delegation");
    }
  }

  /// Makes room for the longest entry.
  private void reserve() {
    int needed = end + RECORD_DATA + 65535 + PADDING;
    if (needed > log.length) {
      log = Arrays.copyOf(log, Math.max(needed, log.length + log.length / 2));
    }
  }

  private static ZoneException bad(Name owner, int type, String reason) {
    return new ZoneException(owner + " " + RecordType.name(type) + ": " + reason);
  }
}
