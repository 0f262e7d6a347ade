package detour.failover.selection;

import detour.failover.model.Service;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which pool serves.
public final class SelectionRules {
  private SelectionRules() {}

  /// The selection after `previous` for the health of this moment.
  ///
  /// @param previous the last one, or [#restored] after a start; null for a first start
  /// @param health by pool and endpoint, in the order of the configuration
  /// @param failbackApproved an operator ends the waiting for a failback, this once; without one
  ///   that waits it does nothing
  public static Selection next(
      Service service,
      Track track,
      @Nullable Selection previous,
      List<List<EndpointHealth>> health,
      long nowNanos,
      boolean failbackApproved) {
    throw new UnsupportedOperationException();
  }

  /// What to start from when only the latch was stored: pass it as `previous`. A pool that the
  /// service does not have any more is no latch.
  public static Selection restored(
      Service service, Track track, @Nullable String latchedPool, long sinceNanos) {
    throw new UnsupportedOperationException();
  }

  /// The same selection in terms of a changed service: pools and endpoints are found again by name,
  /// and those that are gone are forgotten. Pass it as `previous`.
  ///
  /// @param track the new track; may differ when `families` changed
  public static Selection carriedOver(
      Selection selection, Service before, Service after, Track track) {
    throw new UnsupportedOperationException();
  }
}
