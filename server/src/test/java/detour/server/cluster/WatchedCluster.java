package detour.server.cluster;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Cluster;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Latch;
import detour.server.publish.Serving;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Passes on what a publish loop tells the other nodes, and lets somebody know before.
record WatchedCluster(Cluster node, Watcher watcher) implements Cluster {
  /// Who is to know.
  interface Watcher {
    void thinks(SavedOpinion opinion);

    void trustsItself(boolean trusts);

    void serves(Serving serving);

    void moves(Latch latch);

    /// Anything was said, or an answer came.
    void stirred();
  }

  @Override
  public void opinions(Collection<SavedOpinion> all) {
    all.forEach(watcher::thinks);
    watcher.stirred();
    node.opinions(all);
  }

  @Override
  public void opinion(SavedOpinion transition) {
    watcher.thinks(transition);
    watcher.stirred();
    node.opinion(transition);
  }

  @Override
  public void impaired(boolean impaired, String finding) {
    watcher.trustsItself(!impaired);
    watcher.stirred();
    node.impaired(impaired, finding);
  }

  @Override
  public void serves(Serving serving) {
    watcher.serves(serving);
    watcher.stirred();
    node.serves(serving);
  }

  @Override
  public void moved(Latch latch) {
    watcher.moves(latch);
    watcher.stirred();
    node.moved(latch);
  }

  @Override
  public CompletableFuture<Void> failBack(Latch wanted) {
    watcher.stirred();
    return node.failBack(wanted).whenComplete((_, _) -> watcher.stirred());
  }

  @Override
  public CompletableFuture<Void> override(OverridePath path, @Nullable OperatorOverride override) {
    watcher.stirred();
    return node.override(path, override).whenComplete((_, _) -> watcher.stirred());
  }

  @Override
  public CompletableFuture<Void> override(
      OverridePath path, @Nullable OperatorOverride override, long heardRevision) {
    watcher.stirred();
    return node.override(path, override, heardRevision).whenComplete((_, _) -> watcher.stirred());
  }
}
