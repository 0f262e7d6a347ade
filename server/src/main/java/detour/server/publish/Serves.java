package detour.server.publish;

import detour.failover.model.Model;
import detour.failover.model.Service;
import detour.failover.selection.Selection;
import java.util.function.Supplier;

/// What all services together are answered with, in short. Publish thread only.
final class Serves {
  private long digest;
  private long rules;
  private int frozen;
  private long heardRevision;
  private long agreedRevision;
  private String behind = "";
  private Serving told = Serving.NOTHING;

  /// Forgets all services: those of another configuration follow.
  void restart(Model model) {
    digest = 0;
    frozen = 0;
    rules = digestOf(model);
  }

  /// Equal on nodes that decide by the same rules on the same services, in whatever order they
  /// declare them. Settings may hold secrets: like opinions, they are shared as digests only.
  private static long digestOf(Model model) {
    long sum = Digest.of(model.verdicts().toString());
    for (Service service : model.services()) {
      sum += Digest.of(service.toString());
    }
    return sum;
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

  /// @param revision up to which everything was in force before a restart
  void resume(long revision) {
    heardRevision = revision;
    agreedRevision = revision;
  }

  /// Takes note of what is to be taken over.
  void heard(Agreed agreed) {
    heardRevision = agreed.revision();
  }

  /// Takes note of what of it was taken over.
  ///
  /// @param settled whether all services were judged by it
  /// @param obstacle why some of it is not in force here; empty when all is
  void inForce(boolean settled, Supplier<String> obstacle) {
    if (settled) {
      behind = obstacle.get();
      agreedRevision = behind.isEmpty() ? heardRevision : Math.min(agreedRevision, heardRevision);
    }
  }

  /// Up to which revision of the store everything is in force.
  long agreedRevision() {
    return agreedRevision;
  }

  /// Tells the others, if anything changed.
  void tell(Cluster cluster) {
    Serving now = new Serving(agreedRevision, digest, frozen, rules, behind);
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
