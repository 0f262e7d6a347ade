package detour.server.cluster;

import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.server.publish.Agreed;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Latch;
import detour.server.publish.Peers;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Passes on what a publish loop is told, and notes the latches among it.
final class OverhearingInbox implements Inbox {
  private final Inbox publish;

  /// The latches that it was told of last, until it moves them itself.
  private final Map<String, Latch> told = new HashMap<>();

  /// Those that it moved since the last turn began.
  private final Set<String> moved = new HashSet<>();

  private boolean stirred;

  OverhearingInbox(Inbox publish) {
    this.publish = publish;
  }

  /// Whether anything was told since the last call.
  boolean takeStirred() {
    boolean taken = stirred;
    stirred = false;
    return taken;
  }

  /// The latch from which it judges, or did before its last turn: what it was told last, unless it
  /// moved on by itself.
  @Nullable Latch told(String key) {
    return told.get(key);
  }

  void moved(String key) {
    moved.add(key);
  }

  void turnBegins() {
    if (!moved.isEmpty()) {
      told.keySet().removeAll(moved);
      moved.clear();
    }
  }

  @Override
  public void agreed(Agreed agreed) {
    stirred = true;
    if (agreed instanceof Agreed.Latches latches) {
      if (latches.whole()) {
        told.clear();
      }
      for (Latch latch : latches.latches()) {
        told.put(latch.key(), latch);
        moved.remove(latch.key());
      }
    }
    publish.agreed(agreed);
  }

  @Override
  public void observed(ProbeTarget target, Observation observation) {
    publish.observed(target, observation);
  }

  @Override
  public void observed(List<Inbox.Observed> results) {
    publish.observed(results);
  }

  @Override
  public void resolved(String hostName, List<InetAddress> addresses) {
    publish.resolved(hostName, addresses);
  }

  @Override
  public CompletableFuture<Void> command(Command command) {
    return publish.command(command);
  }

  @Override
  public void peers(Peers.Change change) {
    stirred = true;
    publish.peers(change);
  }
}
