package detour.server.publish;

/// What a node answers with, in short: nodes that agree show equal values.
///
/// @param agreedRevision up to which revision of the store all latches and overrides are in force
///   here; 0 for none
/// @param digest over the pool that serves each service, in whatever order they were judged
/// @param frozen how many endpoints have a verdict that cannot change because too few vantages are
///   present
/// @param rules digest of what is configured: the services and how is decided on them
/// @param behind why something that was agreed on is not in force here; empty when all is
public record Serving(long agreedRevision, long digest, int frozen, long rules, String behind) {
  /// Before anything was decided.
  public static final Serving NOTHING = new Serving(0, 0, 0, 0, "");
}
