package detour.server.publish;

import detour.failover.model.FencePolicy;
import detour.failover.safety.FenceState;
import java.util.concurrent.CompletableFuture;

/// Raises fences. Of the nodes of a cluster one raises it, and all are told how that ended.
public interface Fencing {
  /// For who has no hooks: each fails to start.
  Fencing NONE =
      _ -> CompletableFuture.failedFuture(new IllegalStateException("nothing here runs hooks"));

  /// What is to be fenced off.
  ///
  /// @param family `joint`, `ipv4` or `ipv6`
  /// @param from the pool that is left
  /// @param to the pool that will serve
  /// @param epoch that of the latch that is left; 0 for a node on its own
  /// @param drill whether the pool is left because of a drill, so that nothing really failed
  /// @param reason why the service fails over, one line
  record Order(
      String service,
      String family,
      String from,
      String to,
      long epoch,
      boolean drill,
      String reason,
      FencePolicy policy) {
    public String key() {
      return Latch.key(service, family);
    }
  }

  /// Raises the fence, or waits for the node that does. Returns at once; the future always
  /// completes, at the latest soon after the policy's timeout, and with an ended stage.
  CompletableFuture<FenceState> raise(Order order);
}
