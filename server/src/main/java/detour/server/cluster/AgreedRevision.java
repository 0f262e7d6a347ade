package detour.server.cluster;

/// The revision of the store's latest latch or override, as far as all of them can be read: equal
/// on all nodes that know the same of them. Cluster thread only.
final class AgreedRevision {
  private final LaterRecords unreadable;
  private long latches;
  private long overrides;

  AgreedRevision(LaterRecords unreadable) {
    this.unreadable = unreadable;
  }

  void latches(long latest) {
    latches = latest;
  }

  void overrides(long latest) {
    overrides = latest;
  }

  long value() {
    return Math.min(Math.max(latches, overrides), unreadable.firstRevision() - 1);
  }
}
