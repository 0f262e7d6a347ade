package detour.dns.zone;

import detour.dns.wire.Layouts;

/// The layout of one name and its records within a zone's packed octets.
///
/// ```
/// 0  flags        1
/// 1  record sets  1   how many
/// 2  name length  1
/// 3  name             uncompressed, letters as they were given
///    service      4   only with the flag SERVICE: index into the answer table
///    record sets:
///      0  type    2
///      2  count   2   records
///      4  octets  4   of all records
///      8  records     see PackedRecords
/// ```
final class Node {
  /// A delegation begins here: NS records at a name that is not the apex.
  static final int CUT = 1;

  /// Lies below a delegation or a DNAME, and is therefore not answered from (RFC 1034 section
  /// 4.2.1, RFC 6672 section 2.4).
  static final int OCCLUDED = 2;

  static final int DNAME = 4;
  static final int CNAME = 8;
  static final int SERVICE = 16;

  /// A wildcard stands directly below.
  static final int WILDCARD_BELOW = 32;

  static final int SET_COUNT = 1;
  static final int SET_RECORDS = 2;
  static final int SET_OCTETS = 4;
  static final int SET_HEADER = 8;

  private Node() {}

  static int flags(byte[] packed, int node) {
    return packed[node];
  }

  static int setCount(byte[] packed, int node) {
    return packed[node + SET_COUNT] & 0xFF;
  }

  static int service(byte[] packed, int node) {
    return Layouts.signedInt(packed, nameEnd(packed, node));
  }

  static int firstSet(byte[] packed, int node) {
    return nameEnd(packed, node) + ((packed[node] & SERVICE) != 0 ? 4 : 0);
  }

  static int nextSet(byte[] packed, int set) {
    return set + SET_HEADER + Layouts.signedInt(packed, set + SET_OCTETS);
  }

  /// The record set of a type; 0 when there is none.
  static int set(byte[] packed, int node, int type) {
    int set = firstSet(packed, node);
    for (int i = setCount(packed, node); i > 0; i--) {
      if (Layouts.unsignedShort(packed, set) == type) {
        return set;
      }
      set = nextSet(packed, set);
    }
    return 0;
  }

  private static int nameEnd(byte[] packed, int node) {
    return node + NameTable.NAME + (packed[node + NameTable.NAME_LENGTH] & 0xFF);
  }
}
