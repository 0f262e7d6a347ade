package detour.server.publish;

import detour.dns.answer.ServiceAnswer;
import detour.failover.model.Service;
import detour.failover.opinion.ServiceHealth;
import detour.failover.selection.Selection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One service while the server runs. Changed by the publish thread; any thread may read its view.
final class LiveService {
  private final int index;
  private final Service service;
  private final boolean aliasAllowed;
  private final List<List<LiveEndpoint>> pools;
  private volatile @Nullable View view;

  /// Whether the service waits to be judged again. Publish thread only.
  boolean dirty;

  /// A failback was approved and not yet acted on. Publish thread only.
  boolean failbackApproved;

  /// When time alone may change something; Long.MAX_VALUE for never. Publish thread only.
  long nextEvaluationNanos = Long.MAX_VALUE;

  /// The timer that was set last and has not run out; Long.MAX_VALUE for none. Publish thread only.
  long timerNanos = Long.MAX_VALUE;

  /// What the checks of other services may ask. Publish thread only.
  ServiceHealth health = ServiceHealth.UNKNOWN;

  /// Its part in what [Serves] says. Publish thread only.
  long servingDigest;

  /// How many of its endpoints have a frozen verdict. Publish thread only.
  int frozen;

  /// @param selections one for each track
  /// @param rendering what the answer was made from: equal renderings need no new answer
  record View(
      List<Selection> selections,
      AnswerRendering rendering,
      ServiceAnswer answer,
      HandOuts handOuts) {}

  /// @param aliasAllowed whether a CNAME may stand at the name
  LiveService(int index, Service service, boolean aliasAllowed, List<List<LiveEndpoint>> pools) {
    this.index = index;
    this.service = service;
    this.aliasAllowed = aliasAllowed;
    this.pools = pools;
  }

  /// The service's position in the answer table.
  int index() {
    return index;
  }

  Service service() {
    return service;
  }

  boolean aliasAllowed() {
    return aliasAllowed;
  }

  /// By the positions of pool and endpoint.
  List<List<LiveEndpoint>> pools() {
    return pools;
  }

  /// Null until the service was judged for the first time.
  @Nullable View view() {
    return view;
  }

  /// Publish thread only.
  void published(View published) {
    view = published;
  }
}
