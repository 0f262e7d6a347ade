package detour.dns.wire;

/// Where the fields of a message header lie (RFC 1035 section 4.1.1, RFC 4035 section 3.2 for AD
/// and CD).
///
/// ```
///                                 1  1  1  1  1  1
///   0  1  2  3  4  5  6  7  8  9  0  1  2  3  4  5
/// +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
/// |                      ID                       |  0
/// +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
/// |QR|   OPCODE  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |  2
/// +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
/// |                    QDCOUNT                    |  4
/// +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
/// |                    ANCOUNT                    |  6
/// +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
/// |                    NSCOUNT                    |  8
/// +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
/// |                    ARCOUNT                    | 10
/// +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
/// ```
public final class Header {
  public static final int ID = 0;
  public static final int FLAGS = 2;
  public static final int QUESTIONS = 4;
  public static final int ANSWERS = 6;
  public static final int AUTHORITIES = 8;
  public static final int ADDITIONALS = 10;

  /// Octets of a header; the question begins here.
  public static final int OCTETS = 12;

  public static final int RESPONSE = 0x8000;
  public static final int OPCODE_MASK = 0x7800;
  public static final int AUTHORITATIVE = 0x0400;
  public static final int TRUNCATED = 0x0200;
  public static final int RECURSION_DESIRED = 0x0100;
  public static final int RECURSION_AVAILABLE = 0x0080;
  public static final int AUTHENTIC_DATA = 0x0020;
  public static final int CHECKING_DISABLED = 0x0010;
  public static final int RCODE_MASK = 0x000F;

  /// Shift of the OPCODE field within the flags.
  public static final int OPCODE_SHIFT = 11;

  private Header() {}
}
