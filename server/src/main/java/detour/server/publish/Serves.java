package detour.server.publish;

import detour.failover.model.Service;
import detour.failover.selection.Selection;

/// What all services together are answered with, in short. Publish thread only.
final class Serves {
  private long digest;
  private int frozen;
  private long agreedRevision;
  private Serving told = new Serving(0, 0, 0);

  /// Forgets all services: those of another configuration follow.
  void restart() {
    digest = 0;
    frozen = 0;
  }

  /// Takes note of how a service was judged, for the first time since [#restart] or anew.
  void judged(LiveService live) {
    digest -= live.servingDigest;
    frozen -= live.frozen;
    live.servingDigest = digestOf(live);
    live.frozen = frozenOf(live);
    digest += live.servingDigest;
    frozen += live.frozen;
  }

  void tookOver(Agreed agreed) {
    agreedRevision = agreed.revision();
  }

  long agreedRevision() {
    return agreedRevision;
  }

  /// Tells the others, if anything changed.
  void tell(Cluster cluster) {
    Serving now = new Serving(agreedRevision, digest, frozen);
    if (!now.equals(told)) {
      told = now;
      cluster.serves(now);
    }
  }

  private static long digestOf(LiveService live) {
    Service service = live.service();
    LiveService.View view = live.view();
    long sum = 0;
    if (view != null) {
      for (Selection selection : view.selections()) {
        String pool = selection.pool() < 0 ? "" : service.pools().get(selection.pool()).name();
        sum +=
            Digest.of(
                service.name()
                    + "/"
                    + Latch.family(selection.track())
                    + "/"
                    + pool
                    + "/"
                    + selection.lastResort());
      }
    }
    return sum;
  }

  private static int frozenOf(LiveService live) {
    int count = 0;
    for (var pool : live.pools()) {
      for (LiveEndpoint endpoint : pool) {
        LiveEndpoint.View view = endpoint.view();
        if (view != null && view.verdict().frozen()) {
          count++;
        }
      }
    }
    return count;
  }
}
