package detour.server.publish;

import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What other threads say to the publish thread. Every method returns at once and may be called by
/// any thread.
public interface Inbox {
  /// A probe's outcome. Dropped and counted when the target is no longer in the model.
  void observed(ProbeTarget target, Observation observation);

  /// Several outcomes, in their order.
  default void observed(List<Observed> results) {
    results.forEach(result -> observed(result.target(), result.observation()));
  }

  /// The addresses a host name resolved to; never empty. Failures are not reported: the last good
  /// addresses stand.
  void resolved(String hostName, List<InetAddress> addresses);

  /// An operator's command. The future completes once the change is on disk and published, or with
  /// [CommandRefused] whose message says what was wrong and what to do.
  CompletableFuture<Void> command(Command command);

  /// News of the other vantages. Changes take effect in the order in which they are told.
  void peers(Peers.Change change);

  /// What the nodes of the cluster agreed on, in the order in which they did. It is taken over,
  /// whatever was decided here.
  void agreed(Agreed agreed);

  /// A probe's outcome.
  record Observed(ProbeTarget target, Observation observation) {}
}
