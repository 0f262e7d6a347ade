package detour.server.api;

import detour.failover.verdict.Presence;
import detour.server.publish.Extent;
import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.ServiceState;
import detour.server.publish.PublishedState.VantageState;
import detour.server.publish.PublishedState.VantagesState;
import detour.server.publish.PublishedState.VoteState;
import detour.server.trend.OtherSights.Told;
import detour.server.trend.Sight;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the probes of each vantage found of a service.
final class Trends {
  private static final double MILLIS_PER_SECOND = 1_000;

  private final ApiBackend backend;

  Trends(ApiBackend backend) {
    this.backend = backend;
  }

  void trends(Exchange exchange) throws IOException {
    exchange.allowOnly();
    String name = Reading.folded(exchange.segment("name"));
    PublishedState state = Reading.present(backend, new Extent(Set.of(name), false, false));
    ServiceState service = Reading.required(state, name);
    VantagesState cluster = state.cluster();
    Sight own = backend.sights().of(name);
    List<TrendReport.Vantage> vantages = new ArrayList<>();
    Told told = cluster == null ? null : backend.others().look(name);
    if (cluster == null || told == null) {
      vantages.add(vantage(alone(state.node()), own, service, null, state.at()));
    } else {
      for (VantageState each : cluster.vantages()) {
        Sight sight = each.own() ? own : told.byVantage().get(each.name());
        vantages.add(vantage(each, sight, service, told.trouble(), state.at()));
      }
    }
    exchange.sendLong(
        "application/json",
        Json.bytes(
            new TrendReport(
                name, state.node(), state.at(), told == null ? null : told.trouble(), vantages)));
  }

  private static VantageState alone(String node) {
    return new VantageState(node, "", true, Presence.PRESENT, "", 0);
  }

  private static TrendReport.Vantage vantage(
      VantageState vantage,
      @Nullable Sight sight,
      ServiceState service,
      @Nullable String trouble,
      Instant now) {
    return new TrendReport.Vantage(
        vantage.name(),
        vantage.region(),
        vantage.own(),
        vantage.presence().name(),
        sight == null ? null : sight.at(),
        sight == null ? null : age(sight.at(), now),
        why(vantage, sight, service, trouble),
        sight == null ? 0 : sight.leftOut(),
        sight == null ? List.of() : sight.lines().stream().map(Trends::line).toList());
  }

  /// Not below zero: clocks are compared only roughly.
  private static double age(Instant told, Instant now) {
    return Math.max(0, Duration.between(told, now).toMillis() / MILLIS_PER_SECOND);
  }

  private static String why(
      VantageState vantage, @Nullable Sight sight, ServiceState service, @Nullable String trouble) {
    if (vantage.presence() == Presence.ABSENT) {
      return "it is absent: " + vantage.detail();
    }
    if (sight != null && (!sight.note().isEmpty() || !sight.lines().isEmpty())) {
      return sight.note();
    }
    Set<Presence> asked = asked(vantage.name(), service);
    if (asked.equals(Set.of(Presence.NOT_ASKED))) {
      return "the checks of this service name other vantages";
    }
    if (!asked.isEmpty() && Set.of(Presence.NOT_ASKED, Presence.SPARED).containsAll(asked)) {
      return "other vantages probe this service";
    }
    if (sight != null) {
      return "it has no results yet";
    }
    return trouble == null ? "it was asked, and has told nothing yet" : "nothing is told by it";
  }

  /// How the vantage stands to the endpoints of the service.
  private static Set<Presence> asked(String vantage, ServiceState service) {
    return service.pools().stream()
        .flatMap(pool -> pool.endpoints().stream())
        .flatMap(endpoint -> endpoint.votes().stream())
        .filter(vote -> vote.vantage().equals(vantage))
        .map(VoteState::presence)
        .collect(Collectors.toSet());
  }

  private static TrendReport.Line line(Sight.Line line) {
    List<Sight.Step> steps = line.steps();
    return new TrendReport.Line(
        line.pool(),
        line.endpoint(),
        line.check(),
        line.stepSeconds(),
        steps.stream().map(Sight.Step::beginSeconds).toList(),
        steps.stream().map(Sight.Step::passed).toList(),
        steps.stream().map(Sight.Step::degraded).toList(),
        steps.stream().map(Sight.Step::failed).toList(),
        steps.stream().map(step -> Sight.rounded(step.meanMillis())).toList(),
        steps.stream().map(step -> Sight.rounded(step.maxMillis())).toList(),
        line.last().stream().map(Reports::seen).toList());
  }
}
