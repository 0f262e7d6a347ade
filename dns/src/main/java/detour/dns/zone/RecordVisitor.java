package detour.dns.zone;

import detour.dns.wire.Name;

/// Is shown the records of a zone one by one.
@FunctionalInterface
public interface RecordVisitor {
  /// @param rdata uncompressed
  void visit(Name owner, int type, long ttlSeconds, byte[] rdata);
}
