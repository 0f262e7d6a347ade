package detour.failover.selection;

/// What is answered when no pool is available.
public enum LastResort {
  PRIMARY("no pool is available: the whole first pool is answered"),
  LAST("no pool is available: what was last healthy is answered"),
  ALL("no pool is available: every endpoint is answered"),
  NODATA("no pool is available: no address is answered"),
  SERVFAIL("no pool is available: the query fails"),
  NAMED_POOL("no pool is available: the pool set aside for this is answered");

  private final String sentence;

  LastResort(String sentence) {
    this.sentence = sentence;
  }

  /// One sentence for an Extended DNS Error (RFC 8914); it names nothing internal.
  public String sentence() {
    return sentence;
  }
}
