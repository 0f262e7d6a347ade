package detour.dns.zone;

import detour.dns.wire.Layouts;
import detour.dns.wire.Name;
import detour.dns.wire.NameKey;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import java.util.Arrays;
import java.util.Comparator;

/// Turns what a [ZoneBuilder] collected into the packed form of a [Zone]: records of one name and
/// type side by side, ready to be copied.
final class ZonePacker {
  /// A record set must fit into one message with header, the longest question and an OPT record.
  private static final int LARGEST_SET_OCTETS = 65535 - 12 - 259 - 11;

  private static final int APEX = ZoneBuilder.PADDING;
  private static final int KEPT_FLAGS =
      Node.CUT | Node.DNAME | Node.CNAME | Node.SERVICE | Node.WILDCARD_BELOW;

  private final Name origin;
  private final byte[] log;
  private final int[] entries;
  private final NameKey key = new NameKey();
  private final NameTable table;
  private final byte[] out;
  private Integer[] sorted = new Integer[16];
  private int end = APEX;
  private int records;
  private int deepestLabels;
  private boolean redirects;

  /// @param entries where names lie in the log, the origin first
  ZonePacker(Name origin, byte[] log, int[] entries) throws ZoneException {
    this.origin = origin;
    this.log = log;
    this.entries = entries;
    this.table = new NameTable(entries.length * 4 / 3);
    this.out = new byte[boundOctets()];
  }

  Zone pack() throws ZoneException {
    for (int entry : entries) {
      packName(entry);
    }
    byte[] packed = Arrays.copyOf(out, end + ZoneBuilder.PADDING);
    if (redirects) {
      occlude(packed);
    }
    if (Node.set(packed, APEX, RecordType.SOA) == 0) {
      throw new ZoneException(origin + " SOA: the zone has none");
    }
    if (Node.set(packed, APEX, RecordType.NS) == 0) {
      throw new ZoneException(origin + " NS: the zone has none at its apex");
    }
    return new Zone(origin, packed, table, APEX, deepestLabels, records);
  }

  private void packName(int entry) throws ZoneException {
    int node = end;
    int flags = log[entry];
    int length = log[entry + NameTable.NAME_LENGTH] & 0xFF;
    int head = entry + NameTable.NAME + length;
    out[node] = (byte) (flags & KEPT_FLAGS);
    out[node + NameTable.NAME_LENGTH] = (byte) length;
    System.arraycopy(log, entry + NameTable.NAME, out, node + NameTable.NAME, length);
    end = node + NameTable.NAME + length;
    if ((flags & Node.SERVICE) != 0) {
      Layouts.putInt(out, end, Layouts.signedInt(log, head + 4));
      end += 4;
    }
    redirects |= (flags & (Node.CUT | Node.DNAME)) != 0;
    int count = sortRecords(Layouts.signedInt(log, head));
    for (int i = 0; i < count; ) {
      i = packSet(node, i, count);
    }
    key.set(log, entry + NameTable.NAME);
    deepestLabels = Math.max(deepestLabels, key.labels());
    table.add(key.hash(0), node);
  }

  /// Writes the records of one type, from the `first` of the sorted ones on.
  ///
  /// @return the first record of the next type
  private int packSet(int node, int first, int count) throws ZoneException {
    int type = type(sorted[first]);
    int set = end;
    int kept = 0;
    int ttl = Integer.MAX_VALUE;
    long octets = 0;
    int i = first;
    for (; i < count && type(sorted[i]) == type; i++) {
      int record = sorted[i];
      ttl = Math.min(ttl, Layouts.signedInt(log, record + ZoneBuilder.RECORD_TTL));
      if (i > first && compareData(sorted[i - 1], record) == 0) {
        continue;
      }
      int length = Layouts.unsignedShort(log, record + ZoneBuilder.RECORD_LENGTH);
      octets += PackedRecords.RDATA + length;
      if (octets > LARGEST_SET_OCTETS || kept == 65535) {
        throw bad(node, type, "all records together do not fit into one message");
      }
      int at = (int) (set + Node.SET_HEADER + octets) - length - PackedRecords.RDATA;
      Layouts.putShort(out, at, PackedRecords.QUESTION_POINTER);
      Layouts.putShort(out, at + PackedRecords.TYPE, type);
      Layouts.putShort(out, at + 4, PackedRecords.IN);
      Layouts.putShort(out, at + PackedRecords.RDATA_LENGTH, length);
      System.arraycopy(
          log, record + ZoneBuilder.RECORD_DATA, out, at + PackedRecords.RDATA, length);
      kept++;
    }
    checkSingle(node, type, kept);
    if (out[node + Node.SET_COUNT] == (byte) 255) {
      throw bad(node, type, "more than 255 types stand at the name");
    }
    out[node + Node.SET_COUNT]++;
    Layouts.putShort(out, set, type);
    Layouts.putShort(out, set + Node.SET_RECORDS, kept);
    Layouts.putInt(out, set + Node.SET_OCTETS, (int) octets);
    end = set + Node.SET_HEADER + (int) octets;
    // RFC 2181 section 5.2: one TTL for the set; the lowest is the one nobody objects to.
    for (int at = set + Node.SET_HEADER; at < end; at = PackedRecords.next(out, at)) {
      Layouts.putInt(out, at + PackedRecords.TTL, ttl);
    }
    records += kept;
    return i;
  }

  private void checkSingle(int node, int type, int count) throws ZoneException {
    boolean single = type == RecordType.SOA || type == RecordType.CNAME || type == RecordType.DNAME;
    if (single && count > 1) {
      throw bad(node, type, "there are " + count + " of them; only one may stand at a name");
    }
  }

  /// Collects a name's records, by type and then by data.
  private int sortRecords(int latest) {
    int count = 0;
    for (int record = latest; record != 0; record = Layouts.signedInt(log, record)) {
      if (count == sorted.length) {
        sorted = Arrays.copyOf(sorted, count * 2);
      }
      sorted[count++] = record;
    }
    if (count > 1) {
      Comparator<Integer> byType = Comparator.comparingInt(this::type);
      Arrays.sort(sorted, 0, count, byType.thenComparing(this::compareData));
    }
    return count;
  }

  private int type(int record) {
    return Layouts.unsignedShort(log, record + ZoneBuilder.RECORD_TYPE);
  }

  private int compareData(int left, int right) {
    int leftFrom = left + ZoneBuilder.RECORD_DATA;
    int rightFrom = right + ZoneBuilder.RECORD_DATA;
    int leftLength = Layouts.unsignedShort(log, left + ZoneBuilder.RECORD_LENGTH);
    int rightLength = Layouts.unsignedShort(log, right + ZoneBuilder.RECORD_LENGTH);
    return Arrays.compareUnsigned(
        log, leftFrom, leftFrom + leftLength, log, rightFrom, rightFrom + rightLength);
  }

  /// Marks what lies below a delegation or a DNAME.
  private void occlude(byte[] packed) throws ZoneException {
    int originLabels = origin.labelCount();
    int node = APEX;
    while (node < end) {
      key.set(packed, node + NameTable.NAME);
      for (int skip = 1; skip <= key.labels() - originLabels; skip++) {
        int above = table.find(packed, key, skip);
        if ((Node.flags(packed, above) & (Node.CUT | Node.DNAME)) != 0) {
          packed[node] |= Node.OCCLUDED;
        }
      }
      int flags = Node.flags(packed, node);
      if ((flags & Node.OCCLUDED) != 0 && (flags & Node.SERVICE) != 0) {
        throw new ZoneException(
            owner(node) + " service: the name lies below a delegation or a DNAME of the zone");
      }
      int set = Node.firstSet(packed, node);
      for (int i = Node.setCount(packed, node); i > 0; i--) {
        set = Node.nextSet(packed, set);
      }
      node = set;
    }
  }

  private int boundOctets() throws ZoneException {
    long octets = APEX + ZoneBuilder.PADDING;
    for (int entry : entries) {
      int length = log[entry + NameTable.NAME_LENGTH] & 0xFF;
      octets += NameTable.NAME + length + 4;
      int head = Layouts.signedInt(log, entry + NameTable.NAME + length);
      for (int record = head; record != 0; record = Layouts.signedInt(log, record)) {
        octets +=
            Node.SET_HEADER
                + PackedRecords.RDATA
                + Layouts.unsignedShort(log, record + ZoneBuilder.RECORD_LENGTH);
      }
    }
    if (octets > Integer.MAX_VALUE - 16) {
      throw new ZoneException(
          origin + ": the zone has more than 2 GiB of records; split it by delegation");
    }
    return (int) octets;
  }

  private ZoneException bad(int node, int type, String reason) {
    return new ZoneException(owner(node) + " " + RecordType.name(type) + ": " + reason);
  }

  private Name owner(int node) {
    int from = node + NameTable.NAME;
    int length = out[node + NameTable.NAME_LENGTH] & 0xFF;
    return Name.ofWire(Arrays.copyOfRange(out, from, from + length));
  }
}
