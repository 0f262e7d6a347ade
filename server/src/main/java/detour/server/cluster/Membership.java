package detour.server.cluster;

import java.time.Duration;

/// What this node is in its cluster.
///
/// @param cluster the name under which the nodes of one cluster find each other in the store
/// @param node the name of this node and of its vantage
/// @param region where it stands
/// @param lease for how long the others take this node for present after they heard of it last
/// @param staleAfter for how long what was heard of the others counts without being confirmed
public record Membership(
    String cluster, String node, String region, Role role, Duration lease, Duration staleAfter) {

  /// What a node does.
  public enum Role {
    /// Answers queries and probes.
    BOTH,
    /// Answers queries, and decides by the opinions of the others.
    ANSWER,
    /// Probes, and leaves the decisions to others: it moves no latch.
    PROBE;

    boolean probes() {
      return this != ANSWER;
    }

    boolean decides() {
      return this != PROBE;
    }
  }

  /// How often this node says that it is there: three times within a lease.
  long heartbeatNanos() {
    return lease.toNanos() / 3;
  }
}
