package detour.server.fence;

import detour.failover.model.FencePolicy.Hook;
import detour.failover.safety.FenceState;
import detour.server.publish.Fencing;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/// Runs the hooks of this node, each on a virtual thread of its own.
public final class Hooks implements Fencing {
  private final String node;
  private final Programs programs = new Programs();
  private final Webhooks webhooks = new Webhooks();

  /// How a hook ended.
  ///
  /// @param detail one line
  record End(FenceState.Stage stage, String detail) {}

  /// @param node the name of this node
  public Hooks(String node) {
    this.node = node;
  }

  @Override
  public CompletableFuture<FenceState> raise(Order order) {
    CompletableFuture<FenceState> ended = new CompletableFuture<>();
    Thread.ofVirtual().name("fence " + order.key()).start(() -> run(order, ended));
    return ended;
  }

  private void run(Order order, CompletableFuture<FenceState> ended) {
    try {
      End end =
          switch (order.policy().hook()) {
            case Hook.Command command -> programs.run(command, order);
            case Hook.Webhook webhook -> webhooks.call(webhook, order);
          };
      ended.complete(new FenceState(end.stage(), Instant.now(), node, end.detail()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      ended.completeExceptionally(e);
    }
  }
}
