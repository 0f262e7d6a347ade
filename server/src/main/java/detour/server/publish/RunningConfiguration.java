package detour.server.publish;

/// Which of the cluster's configurations a node runs.
///
/// @param revision 0 while it waits for its first
/// @param refused a later revision that it could not apply; 0 for none
/// @param problem the first reason why, or what else is wrong; empty when all is well
public record RunningConfiguration(long revision, long refused, String problem) {
  /// That of a node that waits for its first.
  public static final RunningConfiguration NONE = new RunningConfiguration(0, 0, "");
}
