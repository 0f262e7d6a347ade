package detour.server;

import detour.server.metrics.Exposition;
import detour.server.metrics.Sample;
import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.EndpointState;
import detour.server.publish.PublishedState.ServiceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// The present decisions as gauges. Their number is bounded by what is configured.
final class StateGauges {
  private static final double MILLIS_PER_SECOND = 1e3;
  private static final List<String> STATUSES =
      List.of(
          "SERVING",
          "FAILED_OVER",
          "READY",
          "FAILING_BACK",
          "FENCING",
          "LAST_RESORT",
          "NO_MEMBERS");

  private final Supplier<PublishedState> state;
  private volatile PublishedState drawn;

  /// @param state draws a new picture at each call, which costs something with many services
  StateGauges(Supplier<PublishedState> state) {
    this.state = state;
    drawn = state.get();
  }

  /// Shows things as they are now; to be called before the gauges are read, once for all of them.
  void draw() {
    drawn = state.get();
  }

  void register(Exposition exposition) {
    exposition.gauge(
        "detour_selection_epoch",
        "Which latches and overrides are answered by: in a cluster the revision of its store up to"
            + " which all are in force here, on a node of its own a count of their changes.",
        List.of(),
        () -> List.of(Sample.of((double) drawn.epoch())));
    exposition.gauge(
        "detour_opinions",
        "Opinions of this vantage by state.",
        List.of("state"),
        () -> opinions(drawn));
    exposition.gauge(
        "detour_selections", "Selections by status.", List.of("status"), () -> selections(drawn));
    exposition.gauge(
        "detour_pool_selected",
        "1 for the pool that a service is answered from, else 0.",
        List.of("service", "family", "pool"),
        () -> selectedPools(drawn));
    exposition.gauge(
        "detour_endpoint_healthy",
        "1 for an endpoint that counts as healthy, else 0.",
        List.of("service", "pool", "endpoint"),
        () -> endpoints(drawn, e -> e.healthy() ? 1.0 : 0.0));
    exposition.gauge(
        "detour_endpoint_degraded",
        "1 for an endpoint that is healthy with a warning, so that others are preferred, else 0.",
        List.of("service", "pool", "endpoint"),
        () -> endpoints(drawn, e -> e.warning() == null ? 0.0 : 1.0));
    exposition.gauge(
        "detour_answer_held_until_timestamp_seconds",
        "Until when a resolver that obeys TTLs may still hold the endpoint; 0 for never handed"
            + " out.",
        List.of("service", "pool", "endpoint"),
        () -> endpoints(drawn, StateGauges::heldUntilSeconds));
    exposition.counter(
        "detour_service_answers",
        "Responses that records of a service were written into.",
        List.of("service"),
        () ->
            drawn.services().stream()
                .map(service -> Sample.of((double) service.answers(), service.name()))
                .toList());
    exposition.counter(
        "detour_endpoint_answers",
        "Records of an endpoint that were written into responses; endpoints of one service with the"
            + " same destination are told the same figure.",
        List.of("service", "pool", "endpoint"),
        () -> endpoints(drawn, EndpointState::handedOutTimes));
    exposition.gauge(
        "detour_answer_ttl_seconds",
        "The TTL that a service is answered with.",
        List.of("service", "family"),
        () -> ttls(drawn));
    exposition.gauge(
        "detour_guard_impaired",
        "1 while this vantage does not trust what it sees and changes no health, else 0.",
        List.of(),
        () -> List.of(Sample.of(drawn.guard().impaired() ? 1 : 0)));
    exposition.gauge(
        "detour_alarms",
        "How many alarms are raised.",
        List.of(),
        () -> List.of(Sample.of(drawn.alarms().size())));
  }

  private static List<Sample> opinions(PublishedState state) {
    Map<String, Integer> counts = new TreeMap<>(Map.of("UNKNOWN", 0, "UP", 0, "DOWN", 0));
    forEachEndpoint(
        state,
        (service, pool, endpoint) ->
            endpoint.opinions().forEach(o -> counts.merge(o.health().name(), 1, Integer::sum)));
    return samples(counts);
  }

  private static List<Sample> selections(PublishedState state) {
    Map<String, Integer> counts = new TreeMap<>();
    STATUSES.forEach(status -> counts.put(status, 0));
    state
        .services()
        .forEach(s -> s.tracks().forEach(t -> counts.merge(t.status(), 1, Integer::sum)));
    return samples(counts);
  }

  private static List<Sample> selectedPools(PublishedState state) {
    List<Sample> samples = new ArrayList<>();
    for (ServiceState service : state.services()) {
      for (var track : service.tracks()) {
        for (var pool : service.pools()) {
          samples.add(
              Sample.of(
                  pool.name().equals(track.pool()) ? 1 : 0,
                  service.name(),
                  track.family(),
                  pool.name()));
        }
      }
    }
    return samples;
  }

  private static List<Sample> ttls(PublishedState state) {
    List<Sample> samples = new ArrayList<>();
    for (ServiceState service : state.services()) {
      service
          .tracks()
          .forEach(t -> samples.add(Sample.of(t.ttlSeconds(), service.name(), t.family())));
    }
    return samples;
  }

  private static List<Sample> endpoints(
      PublishedState state, ToDoubleFunction<EndpointState> value) {
    List<Sample> samples = new ArrayList<>();
    forEachEndpoint(
        state,
        (service, pool, endpoint) ->
            samples.add(Sample.of(value.applyAsDouble(endpoint), service, pool, endpoint.name())));
    return samples;
  }

  private interface EndpointVisitor {
    void visit(String service, String pool, EndpointState endpoint);
  }

  private static void forEachEndpoint(PublishedState state, EndpointVisitor visitor) {
    for (ServiceState service : state.services()) {
      for (var pool : service.pools()) {
        pool.endpoints().forEach(e -> visitor.visit(service.name(), pool.name(), e));
      }
    }
  }

  private static double heldUntilSeconds(EndpointState endpoint) {
    Instant heldUntil = endpoint.heldUntil();
    return heldUntil == null ? 0 : heldUntil.toEpochMilli() / MILLIS_PER_SECOND;
  }

  private static List<Sample> samples(Map<String, Integer> counts) {
    return counts.entrySet().stream().map(e -> Sample.of(e.getValue(), e.getKey())).toList();
  }
}
