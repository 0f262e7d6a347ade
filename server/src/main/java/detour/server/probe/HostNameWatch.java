package detour.server.probe;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Inbox;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Resolves the host names that the server answers addresses for, at once and then at intervals.
/// Failures are counted and not reported: the last good addresses stand.
final class HostNameWatch {
  static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Lane lane;
  private final HostResolver resolver;
  private final Inbox inbox;
  private final Metrics metrics;
  private final RandomGenerator random;

  /// Under the lock of this object.
  private Map<String, Watched> watched = new HashMap<>();

  HostNameWatch(
      Lane lane, HostResolver resolver, Inbox inbox, Metrics metrics, RandomGenerator random) {
    this.lane = lane;
    this.resolver = resolver;
    this.inbox = inbox;
    this.metrics = metrics;
    this.random = random;
  }

  /// Watches exactly these names; returns at once.
  synchronized void watch(Set<String> names) {
    Map<String, Watched> next = new HashMap<>();
    for (String name : names) {
      Watched known = watched.get(name);
      if (known == null) {
        known = new Watched(name);
        Watched added = known;
        lane.execute(() -> resolve(added));
      }
      next.put(name, known);
    }
    watched.forEach((name, state) -> {
      if (!next.containsKey(name)) {
        state.removed = true;
      }
    });
    watched = next;
  }

  private void resolve(Watched name) {
    if (name.removed) {
      return;
    }
    var _ =
        resolver
            .resolve(name.hostName)
            .whenComplete((addresses, error) -> lane.execute(() -> answered(name, addresses)));
    // Up to a tenth less, so that names that came together drift apart.
    long delayNanos = INTERVAL_NANOS - random.nextLong(INTERVAL_NANOS / 10);
    lane.after(delayNanos, () -> resolve(name));
  }

  private void answered(Watched name, @Nullable List<InetAddress> addresses) {
    if (addresses == null || addresses.isEmpty()) {
      metrics.count(Counter.RESOLUTIONS_FAILED);
    } else if (!name.removed) {
      inbox.resolved(name.hostName, addresses);
    }
  }

  private static final class Watched {
    private final String hostName;
    private volatile boolean removed;

    Watched(String hostName) {
      this.hostName = hostName;
    }
  }
}
