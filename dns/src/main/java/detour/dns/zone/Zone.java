package detour.dns.zone;

import detour.dns.wire.Layouts;
import detour.dns.wire.Name;
import detour.dns.wire.NameKey;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import detour.dns.zone.Lookup.Outcome;
import java.util.Arrays;

/// One zone's records, immutable and indexed for lookup.
///
/// All names and records lie in one byte array (see `Node`), so that a million records cost little
/// more than their octets. Every ancestor of a name up to the apex is a node of its own, also those
/// without records (empty non-terminals), so that one probe tells whether a name exists.
public final class Zone {
  private final Name origin;
  private final int originLabels;
  private final int deepestLabels;
  private final byte[] packed;
  private final NameTable table;
  private final int apex;
  private final int records;
  private final NegativeSoa negativeSoa;
  private final long serial;

  Zone(Name origin, byte[] packed, NameTable table, int apex, int deepestLabels, int records) {
    this.origin = origin;
    this.originLabels = origin.labelCount();
    this.packed = packed;
    this.table = table;
    this.apex = apex;
    this.deepestLabels = deepestLabels;
    this.records = records;
    int soa = records(startOfAuthority());
    byte[] negative = Arrays.copyOfRange(packed, soa, PackedRecords.next(packed, soa));
    Layouts.putInt(negative, PackedRecords.TTL, (int) negativeTtlSeconds());
    negativeSoa = new NegativeSoa(origin, negative);
    serial = soaNumber(0);
  }

  /// Finds what answers `type` at `name` (RFC 1034 section 4.3.2 step 3). Allocates nothing.
  ///
  /// @param name at or below the origin
  /// @param type any number; ANY finds one record set (RFC 8482 section 4.1)
  public Outcome lookup(NameKey name, int type, Lookup into) {
    int tooDeep = name.labels() - deepestLabels;
    int node = tooDeep > 0 ? 0 : table.find(packed, name, 0);
    if (node != 0 && (Node.flags(packed, node) & (Node.CUT | Node.OCCLUDED)) == 0) {
      return answerAt(node, type, into);
    }
    int skip = Math.max(0, tooDeep - 1);
    while (node == 0) {
      node = table.find(packed, name, ++skip);
    }
    int flags = Node.flags(packed, node);
    if ((flags & (Node.CUT | Node.OCCLUDED | Node.DNAME)) != 0) {
      return redirectedAbove(name, skip, type, into);
    }
    return closestEncloser(node, name, skip, type, into);
  }

  public Name origin() {
    return origin;
  }

  /// How many labels the origin has; the root has none.
  public int originLabels() {
    return originLabels;
  }

  /// SERIAL of the SOA record, 0 to 2^32-1.
  public long serial() {
    return serial;
  }

  /// How long a negative answer may be kept: the lower of the SOA's TTL and its MINIMUM (RFC 2308
  /// section 5).
  public long negativeTtlSeconds() {
    return Math.min(
        Layouts.signedInt(packed, records(startOfAuthority()) + PackedRecords.TTL), soaNumber(4));
  }

  /// The SOA record of negative answers.
  public NegativeSoa negativeSoa() {
    return negativeSoa;
  }

  /// Records held; duplicates count once, services do not.
  public int recordCount() {
    return records;
  }

  /// Octets of memory that names and records take, the index not counted.
  public int packedOctets() {
    return packed.length;
  }

  /// Whether a CNAME may stand at `name`: not at the apex, and not beside other records (RFC 1034
  /// section 3.6.2).
  public boolean mayHoldAlias(Name name) {
    if (name.equals(origin)) {
      return false;
    }
    int node = table.find(packed, new NameKey().set(name), 0);
    return node == 0 || Node.setCount(packed, node) == 0;
  }

  /// Shows every record: the SOA first, then in no particular order, also what delegations occlude.
  public void forEachRecord(RecordVisitor visitor) {
    visitSet(origin, startOfAuthority(), visitor);
    int node = apex;
    while (node < packed.length - ZoneBuilder.PADDING) {
      Name owner = owner(node);
      int set = Node.firstSet(packed, node);
      for (int i = Node.setCount(packed, node); i > 0; i--) {
        if (type(set) != RecordType.SOA) {
          visitSet(owner, set, visitor);
        }
        set = Node.nextSet(packed, set);
      }
      node = set;
    }
  }

  /// The octets that record sets lie in. Not to be changed; not copied, because every answer reads
  /// them.
  public byte[] packed() {
    return packed;
  }

  /// Type of the record set that begins at `set` of [#packed].
  public int type(int set) {
    return Layouts.unsignedShort(packed, set);
  }

  /// How many records the set has.
  public int count(int set) {
    return Layouts.unsignedShort(packed, set + Node.SET_RECORDS);
  }

  /// Octets of all records of the set, laid out as [PackedRecords] says.
  public int octets(int set) {
    return Layouts.signedInt(packed, set + Node.SET_OCTETS);
  }

  /// Where the first record of the set lies in [#packed].
  public int records(int set) {
    return set + Node.SET_HEADER;
  }

  /// The record set of the SOA.
  public int startOfAuthority() {
    return Node.set(packed, apex, RecordType.SOA);
  }

  /// The record set of a type at exactly this name, also below a delegation, where glue is; 0 when
  /// there is none.
  public int glue(NameKey name, int type) {
    int node = table.find(packed, name, 0);
    return node == 0 ? 0 : Node.set(packed, node, type);
  }

  /// The service at exactly this name; -1 when it is none.
  public int serviceAt(NameKey name) {
    int node = table.find(packed, name, 0);
    return node == 0 || (Node.flags(packed, node) & Node.SERVICE) == 0
        ? -1
        : Node.service(packed, node);
  }

  private Outcome answerAt(int node, int type, Lookup into) {
    int flags = Node.flags(packed, node);
    int set =
        type != RecordType.ANY
            ? Node.set(packed, node, type)
            : Node.setCount(packed, node) == 0 ? 0 : Node.firstSet(packed, node);
    if ((flags & Node.SERVICE) != 0) {
      into.setService(Node.service(packed, node), set);
    } else if (set != 0) {
      into.set(Outcome.ANSWER, set, 0);
    } else if ((flags & Node.CNAME) != 0) {
      into.set(Outcome.CNAME, Node.set(packed, node, RecordType.CNAME), 0);
    } else {
      into.set(Outcome.NO_DATA, 0, 0);
    }
    return into.outcome();
  }

  /// Finds the highest delegation or DNAME between the apex and the closest existing name.
  private Outcome redirectedAbove(NameKey name, int closest, int type, Lookup into) {
    for (int skip = name.labels() - originLabels; skip >= closest; skip--) {
      int node = table.find(packed, name, skip);
      int flags = Node.flags(packed, node);
      if ((flags & Node.CUT) != 0) {
        // RFC 4035 section 3.1.4.1: DS is answered by the parent side of the cut.
        if (skip == 0 && type == RecordType.DS) {
          return answerAt(node, type, into);
        }
        into.set(Outcome.DELEGATION, Node.set(packed, node, RecordType.NS), skip);
        return into.outcome();
      }
      // RFC 6672 section 2.3: a DNAME redirects what is below its owner, not the owner.
      if ((flags & Node.DNAME) != 0 && skip > 0) {
        into.set(Outcome.DNAME, Node.set(packed, node, RecordType.DNAME), skip);
        return into.outcome();
      }
    }
    throw new IllegalStateException("flags of the nodes of " + origin + " contradict each other");
  }

  /// RFC 4592 section 3.3.1: only the wildcard below the closest encloser may answer.
  private Outcome closestEncloser(int node, NameKey name, int skip, int type, Lookup into) {
    if ((Node.flags(packed, node) & Node.WILDCARD_BELOW) == 0) {
      into.set(Outcome.NAME_ERROR, 0, 0);
      return Outcome.NAME_ERROR;
    }
    answerAt(table.findWildcard(packed, name, skip), type, into);
    into.setWildcard();
    return into.outcome();
  }

  /// A 32-bit number of the SOA, counted from SERIAL on.
  private long soaNumber(int index) {
    int record = records(startOfAuthority());
    int end = PackedRecords.next(packed, record);
    return Integer.toUnsignedLong(Layouts.signedInt(packed, end - 20 + index * 4));
  }

  private Name owner(int node) {
    int from = node + NameTable.NAME;
    int length = packed[node + NameTable.NAME_LENGTH] & 0xFF;
    return Name.ofWire(Arrays.copyOfRange(packed, from, from + length));
  }

  private void visitSet(Name owner, int set, RecordVisitor visitor) {
    int record = records(set);
    for (int i = count(set); i > 0; i--) {
      int rdata = record + PackedRecords.RDATA;
      int end = PackedRecords.next(packed, record);
      visitor.visit(
          owner,
          type(set),
          Layouts.signedInt(packed, record + PackedRecords.TTL),
          Arrays.copyOfRange(packed, rdata, end));
      record = end;
    }
  }

  @Override
  public String toString() {
    return "zone " + origin + ", " + records + " records";
  }
}
