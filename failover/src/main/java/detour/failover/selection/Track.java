package detour.failover.selection;

/// What is decided together: both families, or one of them.
public enum Track {
  JOINT,
  IPV4,
  IPV6
}
