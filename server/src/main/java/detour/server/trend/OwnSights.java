package detour.server.trend;

import detour.failover.model.ProbeTarget;
import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.EndpointState;
import detour.server.publish.PublishedState.OpinionState;
import detour.server.publish.PublishedState.PoolState;
import detour.server.publish.PublishedState.ServiceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Draws what the probes of this vantage found of a service. Any thread: what it draws from are the
/// trends, whose rings are locked one by one, and immutable views of the decisions.
public final class OwnSights {
  private final ProbeTrends trends;
  private final Function<String, @Nullable PublishedState> states;

  /// @param states the present decisions on the service of this name, with the last observations;
  ///   null before the first are made
  public OwnSights(ProbeTrends trends, Function<String, @Nullable PublishedState> states) {
    this.trends = trends;
    this.states = states;
  }

  /// What was found of the service that has this name, or a note that there is none.
  ///
  /// @param name in lower case, without the final dot
  public Sight of(String name) {
    PublishedState state = states.apply(name);
    if (state == null) {
      return new Sight(Instant.EPOCH, "it is starting", 0, List.of());
    }
    for (ServiceState service : state.services()) {
      if (service.name().equals(name)) {
        return new Sight(state.at(), "", 0, lines(service, state.at()));
      }
    }
    return new Sight(state.at(), "its configuration has no service of this name", 0, List.of());
  }

  private List<Sight.Line> lines(ServiceState service, Instant at) {
    List<Sight.Line> lines = new ArrayList<>();
    for (PoolState pool : service.pools()) {
      for (EndpointState endpoint : pool.endpoints()) {
        for (OpinionState opinion : endpoint.opinions()) {
          ProbeTarget target = opinion.target();
          Trend trend = target == null ? null : trends.of(target);
          Sight.Line line = line(pool.name(), endpoint.name(), opinion, trend, at);
          if (!line.steps().isEmpty() || !line.last().isEmpty()) {
            lines.add(line);
          }
        }
      }
    }
    return lines;
  }

  private static Sight.Line line(
      String pool, String endpoint, OpinionState opinion, @Nullable Trend trend, Instant at) {
    return new Sight.Line(
        pool,
        endpoint,
        opinion.check(),
        trend == null ? 0 : trend.stepSeconds(),
        trend == null ? List.of() : trend.points().stream().map(point -> step(point, at)).toList(),
        opinion.lastObservations());
  }

  private static Sight.Step step(Trend.Point point, Instant at) {
    return new Sight.Step(
        at.minusMillis(point.agoMillis()).getEpochSecond(),
        point.passed(),
        point.degraded(),
        point.failed(),
        point.meanMillis(),
        point.maxMillis());
  }
}
