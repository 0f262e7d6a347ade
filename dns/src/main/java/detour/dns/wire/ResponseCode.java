package detour.dns.wire;

/// The RCODEs that this server sends (RFC 1035 section 4.1.1, RFC 6895 section 2.3).
public enum ResponseCode {
  NOERROR(0),
  FORMERR(1),
  SERVFAIL(2),
  NXDOMAIN(3),
  NOTIMP(4),
  REFUSED(5),
  /// A name made by a DNAME would be too long (RFC 6672 section 2.2).
  YXDOMAIN(6),
  /// A zone is wanted that is not served here (RFC 5936 section 2.2.1).
  NOTAUTH(9),
  /// An EDNS version that is not spoken here (RFC 6891 section 9); needs the extended RCODE.
  BADVERS(16),
  /// A cookie without a part of ours that is valid (RFC 7873 section 8); needs the extended RCODE.
  BADCOOKIE(23);

  private final int number;

  ResponseCode(int number) {
    this.number = number;
  }

  /// All 12 bits.
  public int number() {
    return number;
  }

  /// The bits that stand in the header.
  public int headerBits() {
    return number & Header.RCODE_MASK;
  }

  /// The bits that stand in the OPT record (RFC 6891 section 6.1.3).
  public int extendedBits() {
    return number >> 4;
  }
}
