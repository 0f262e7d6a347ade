package detour.dns.wire;

/// The layout of records that wait to be copied into a response.
///
/// ```
///  0  owner    0xC00C, a pointer to the question's name (RFC 1035 section 4.1.4)
///  2  type
///  4  class    IN
///  6  TTL      seconds
/// 10  RDLENGTH
/// 12  RDATA    uncompressed
/// ```
public final class PackedRecords {
  public static final int TYPE = 2;
  public static final int CLASS = 4;
  public static final int TTL = 6;
  public static final int RDATA_LENGTH = 10;
  public static final int RDATA = 12;

  /// A pointer to the name of the question, which always begins behind the header.
  public static final int QUESTION_POINTER = 0xC000 | Header.OCTETS;

  /// Class IN (RFC 1035 section 3.2.4).
  public static final int IN = 1;

  /// Class CH (RFC 1035 section 3.2.4).
  public static final int CHAOS = 3;

  private PackedRecords() {}

  /// Writes one record.
  ///
  /// @return where it ends
  public static int put(byte[] packed, int at, int type, int ttlSeconds, byte[] rdata) {
    Layouts.putShort(packed, at, QUESTION_POINTER);
    Layouts.putShort(packed, at + TYPE, type);
    Layouts.putShort(packed, at + CLASS, IN);
    Layouts.putInt(packed, at + TTL, ttlSeconds);
    Layouts.putShort(packed, at + RDATA_LENGTH, rdata.length);
    System.arraycopy(rdata, 0, packed, at + RDATA, rdata.length);
    return at + RDATA + rdata.length;
  }

  public static int rdataLength(byte[] packed, int at) {
    return Layouts.unsignedShort(packed, at + RDATA_LENGTH);
  }

  /// Where the record behind this one begins.
  public static int next(byte[] packed, int at) {
    return at + RDATA + rdataLength(packed, at);
  }

  /// Octets of RDATA before its name; -1 when the type holds no name that a server acts on.
  public static int nameOffset(int type) {
    return switch (type) {
      case RecordType.NS,
          RecordType.MD,
          RecordType.MF,
          RecordType.CNAME,
          RecordType.SOA,
          RecordType.MB,
          RecordType.MG,
          RecordType.MR,
          RecordType.PTR,
          RecordType.MINFO,
          RecordType.DNAME ->
          0;
      case RecordType.MX, RecordType.SVCB, RecordType.HTTPS -> 2;
      case RecordType.SRV -> 6;
      default -> -1;
    };
  }

  /// Whether names in RDATA of this type may be compressed: those that RFC 1035 defines, no others
  /// (RFC 3597 section 4).
  public static boolean compressible(int type) {
    return switch (type) {
      case RecordType.NS,
          RecordType.MD,
          RecordType.MF,
          RecordType.CNAME,
          RecordType.SOA,
          RecordType.MB,
          RecordType.MG,
          RecordType.MR,
          RecordType.PTR,
          RecordType.MINFO,
          RecordType.MX ->
          true;
      default -> false;
    };
  }
}
