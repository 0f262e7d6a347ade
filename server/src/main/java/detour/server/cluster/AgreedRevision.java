package detour.server.cluster;

/// The revision of the store's latest latch or override: equal on all nodes that know the same of
/// them. Cluster thread only.
final class AgreedRevision {
  private long latches;
  private long overrides;

  void latches(long latest) {
    latches = latest;
  }

  void overrides(long latest) {
    overrides = latest;
  }

  long value() {
    return Math.max(latches, overrides);
  }
}
