package detour.failover.selection;

import java.util.OptionalLong;

/// Whether a pool can serve.
///
/// @param healthy how many members are healthy
/// @param members how many endpoints of the pool count on this track
/// @param reason in words, as `1 of 3 healthy, at least 2 needed`
/// @param availableSinceNanos since when without a break, monotonic; empty while not available
public record PoolAvailability(
    boolean available, int healthy, int members, String reason, OptionalLong availableSinceNanos) {

  /// The same, as if it had become available now where it is.
  PoolAvailability availableFrom(long nowNanos) {
    return availableSinceNanos.isEmpty()
        ? this
        : new PoolAvailability(available, healthy, members, reason, OptionalLong.of(nowNanos));
  }
}
