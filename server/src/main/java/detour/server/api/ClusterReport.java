package detour.server.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cluster as one node sees it: the answer of `GET /api/v1/cluster`.
///
/// @param at when this was drawn
/// @param reachable whether the store that the nodes share answers
/// @param ageSeconds how long ago what is known of the others was last known to be current; null
///   for never
/// @param stale whether that is so long ago that they count as absent
/// @param trouble why this node's last write failed; null when it did not
/// @param waiting how many moves of latches, failbacks and overrides wait for the store
/// @param nodes this one first, then by name
public record ClusterReport(
    String name,
    String node,
    Instant at,
    boolean reachable,
    @Nullable Double ageSeconds,
    boolean stale,
    @Nullable String trouble,
    int waiting,
    List<Node> nodes,
    List<String> alarms) {

  /// One node.
  ///
  /// @param role `both`, `answer` or `probe`
  /// @param presence `PRESENT`, `IMPAIRED` or `ABSENT`
  /// @param detail why it is not present, or what an impaired one found; empty for a present one
  /// @param presentSeconds for how long its lease has been alive without a break; null while it is
  ///   absent
  /// @param heardSecondsAgo null for the node that tells this
  /// @param skewSeconds by how much its clock is ahead; null while not known
  /// @param epoch of its selections: equal on all nodes that agree
  /// @param behindSeconds for how long another node has had a later epoch; null while none has
  /// @param rules digest of its services and of how it decides on them, in hexadecimal digits
  /// @param opinions how many it has told
  /// @param frozen how many of its endpoints have a verdict that cannot change
  /// @param agrees whether it has the latest epoch and answers as most of those that are present
  /// @param disagreement why it does not, as far as can be told; empty when it does
  /// @param configuration what it runs of the cluster's store; null for one that has its own file
  public record Node(
      String name,
      String region,
      String role,
      String version,
      String presence,
      String detail,
      @Nullable Double presentSeconds,
      @Nullable Double heardSecondsAgo,
      @Nullable Double skewSeconds,
      long epoch,
      @Nullable Double behindSeconds,
      String rules,
      int opinions,
      int frozen,
      boolean agrees,
      String disagreement,
      @Nullable Configuration configuration) {}

  /// Which of the cluster's configurations a node runs.
  ///
  /// @param revision 0 while it waits for its first
  /// @param refused a later revision that it could not apply; 0 for none
  /// @param problem the first reason why, or what else is wrong; empty when all is well
  public record Configuration(long revision, long refused, String problem) {}
}
