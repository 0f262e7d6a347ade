package detour.server.publish;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cluster as one node sees it: one immutable picture.
///
/// @param name of the cluster
/// @param reachable whether the store answers
/// @param age since when it is not known whether this picture is current; null when nothing was
///   heard yet
/// @param stale whether that is so long that the others count as absent
/// @param trouble why the last write failed; null when it did not
/// @param waiting how many moves and questions wait for the store
/// @param nodes this one first, then by name
/// @param alarms for people; empty when all is well
public record ClusterState(
    String name,
    boolean reachable,
    @Nullable Duration age,
    boolean stale,
    @Nullable String trouble,
    int waiting,
    List<NodeState> nodes,
    List<String> alarms) {
  public ClusterState {
    nodes = List.copyOf(nodes);
    alarms = List.copyOf(alarms);
  }

  /// One node.
  ///
  /// @param role `both`, `answer` or `probe`
  /// @param version of its program
  /// @param presence `PRESENT`, `IMPAIRED` or `ABSENT`
  /// @param detail why it is not present, or what an impaired one found; empty for a present one
  /// @param presentFor since when its lease has been alive without a break; null while it is absent
  /// @param heard how long ago it was heard last; null for this node
  /// @param skew by how much its clock is ahead of this node's; null while not known
  /// @param epoch up to which revision of the store all latches and overrides are in force there
  /// @param behind for how long another node has had a later epoch; null while none has
  /// @param rules digest of the services that it is configured with and of how it decides on them
  /// @param opinions how many it has told
  /// @param frozen how many of its endpoints have a verdict that cannot change
  /// @param agrees whether it has the latest epoch and answers as most of those that are present
  /// @param disagreement why it does not, as far as can be told; empty when it does
  /// @param configuration what it runs of the cluster's store; null for one that has its own file
  public record NodeState(
      String name,
      String region,
      String role,
      String version,
      String presence,
      String detail,
      @Nullable Duration presentFor,
      @Nullable Duration heard,
      @Nullable Duration skew,
      @Nullable Instant clock,
      long epoch,
      @Nullable Duration behind,
      long rules,
      int opinions,
      int frozen,
      boolean agrees,
      String disagreement,
      @Nullable RunningConfiguration configuration) {}
}
