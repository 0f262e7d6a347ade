package detour.failover.selection;

import detour.failover.model.Checks;
import detour.failover.model.Destination;
import detour.failover.model.Endpoint;
import detour.failover.model.FailoverBudget;
import detour.failover.model.Pool;
import detour.failover.model.Service;
import detour.failover.model.Share;
import detour.failover.model.WhenAllDown;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Services for tests, written short: one pool is a word of endpoints, `4` and `6` for addresses of
/// a family and `h` for a host name; pools are separated by spaces and named `a`, `b`, ...
///
/// Health is written in the same shape: `U` healthy, `D` not, `T` taken out by an operator.
final class Services {
  static final long SECOND = 1_000_000_000L;

  private String pools = "4 4";
  private Share minHealthy = Share.count(1);
  private int[] weights = {1};
  private Service.Failback failback = Service.Failback.AUTO;
  private WhenAllDown whenAllDown = new WhenAllDown.Primary();
  private Service.Families families = Service.Families.JOINT;
  private Checks checks = Checks.NONE;
  private @Nullable FailoverBudget budget;

  private Services() {}

  static Services service(String pools) {
    Services services = new Services();
    services.pools = pools;
    return services;
  }

  Services minHealthy(String share) {
    int value = Integer.parseInt(share.replace("%", ""));
    minHealthy = new Share(value, share.endsWith("%"));
    return this;
  }

  Services weights(int... inEachPool) {
    weights = inEachPool;
    return this;
  }

  Services manual() {
    failback = Service.Failback.MANUAL;
    return this;
  }

  Services whenAllDown(WhenAllDown rule) {
    whenAllDown = rule;
    return this;
  }

  Services separate() {
    families = Service.Families.SEPARATE;
    return this;
  }

  Services budget(int failovers, long windowSeconds) {
    budget = new FailoverBudget(failovers, Duration.ofSeconds(windowSeconds));
    return this;
  }

  Services checks(Checks ofEachEndpoint) {
    checks = ofEachEndpoint;
    return this;
  }

  /// TTL 30 s, at least 5 s; failback after 60 s.
  Service build() {
    List<Pool> built = new ArrayList<>();
    for (String pool : pools.split(" ", -1)) {
      String name = String.valueOf((char) ('a' + built.size()));
      built.add(new Pool(name, endpoints(name, pool), minHealthy));
    }
    return new Service(
        "www.example.com",
        "www.example.com",
        "example.com",
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        built,
        failback,
        Duration.ofSeconds(60),
        whenAllDown,
        0,
        families,
        Service.UnknownHealth.UP,
        budget,
        Duration.ZERO,
        true);
  }

  private List<Endpoint> endpoints(String pool, String kinds) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < kinds.length(); i++) {
      String name = pool + (i + 1);
      int weight = weights[i % weights.length];
      endpoints.add(new Endpoint(name, destination(kinds.charAt(i), name), weight, checks));
    }
    return endpoints;
  }

  private static Destination destination(char kind, String name) {
    int host = name.charAt(0) * 100 % 200 + name.charAt(1) - '0';
    return switch (kind) {
      case '4' -> address("192.0.2." + host);
      case '6' -> address("2001:db8::" + host);
      default -> new Destination.HostName(name + ".example.net");
    };
  }

  private static Destination address(String text) {
    try {
      return new Destination.Address(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  static List<List<EndpointHealth>> health(String pools) {
    List<List<EndpointHealth>> health = new ArrayList<>();
    for (String pool : pools.split(" ", -1)) {
      List<EndpointHealth> endpoints = new ArrayList<>();
      for (int i = 0; i < pool.length(); i++) {
        char letter = pool.charAt(i);
        boolean healthy = letter == 'U' || letter == 'G';
        String reason = healthy ? "up" : letter == 'D' ? "down" : "drained";
        String warning = letter == 'G' ? "slow" : null;
        endpoints.add(
            new EndpointHealth(healthy, letter == 'T', reason, warning, OptionalLong.empty()));
      }
      health.add(endpoints);
    }
    return health;
  }

  /// The same health with a decision pending on one endpoint.
  static List<List<EndpointHealth>> pending(
      List<List<EndpointHealth>> health, int pool, int endpoint, long decisionNanos) {
    List<List<EndpointHealth>> changed = new ArrayList<>();
    health.forEach(endpoints -> changed.add(new ArrayList<>(endpoints)));
    EndpointHealth old = changed.get(pool).get(endpoint);
    changed
        .get(pool)
        .set(
            endpoint,
            new EndpointHealth(
                old.healthy(), old.takenOut(), old.reason(), OptionalLong.of(decisionNanos)));
    return changed;
  }

  static Selection first(Service service, String health) {
    return next(service, null, health, 0);
  }

  static Selection next(
      Service service, @Nullable Selection previous, String health, long seconds) {
    Track track = previous == null ? Track.JOINT : previous.track();
    return SelectionRules.next(service, track, previous, health(health), seconds * SECOND, false);
  }

  /// What is answered, by the names of the endpoints.
  static String names(Service service, List<EndpointPosition> endpoints) {
    List<String> names = new ArrayList<>();
    for (EndpointPosition at : endpoints) {
      names.add(service.pools().get(at.pool()).endpoints().get(at.endpoint()).name());
    }
    return String.join(" ", names);
  }
}
