package detour.dns.answer;

import detour.dns.wire.RecordType;

/// The record types that queries are counted by.
public enum TypeBucket {
  A,
  AAAA,
  CNAME,
  MX,
  NS,
  SOA,
  TXT,
  SRV,
  HTTPS,
  PTR,
  ANY,
  /// Every other type, and messages whose type could not be read.
  OTHER;

  static TypeBucket of(int type) {
    return switch (type) {
      case RecordType.A -> A;
      case RecordType.AAAA -> AAAA;
      case RecordType.CNAME -> CNAME;
      case RecordType.MX -> MX;
      case RecordType.NS -> NS;
      case RecordType.SOA -> SOA;
      case RecordType.TXT -> TXT;
      case RecordType.SRV -> SRV;
      case RecordType.HTTPS -> HTTPS;
      case RecordType.PTR -> PTR;
      case RecordType.ANY -> ANY;
      default -> OTHER;
    };
  }
}
