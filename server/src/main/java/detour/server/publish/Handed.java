package detour.server.publish;

import detour.failover.selection.Hold;

/// What is known of the answers that contained one destination.
///
/// @param hold until when resolvers may hold it
/// @param times how many records of it were handed out
record Handed(Hold hold, long times) {
  /// This and others together, in any order: fit for `Map.merge`.
  Handed and(Handed other) {
    return new Handed(hold.and(other.hold), times + other.times);
  }
}
