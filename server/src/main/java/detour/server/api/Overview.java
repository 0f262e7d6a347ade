package detour.server.api;

import detour.server.publish.Announcements;
import detour.server.publish.Extent;
import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.EndpointState;
import detour.server.publish.PublishedState.ServiceState;
import detour.server.publish.PublishedState.TrackState;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The routes that the dashboard needs beyond those that the commands use.
final class Overview {
  private static final int NAMES_LIMIT = 200;

  /// From what is well to what is not.
  private static final List<String> BY_GRAVITY =
      List.of(
          "SERVING",
          "NO_MEMBERS",
          "FAILING_BACK",
          "READY",
          "FAILED_OVER",
          "FENCING",
          "LAST_RESORT");

  private final ApiBackend backend;

  Overview(ApiBackend backend) {
    this.backend = backend;
  }

  void overview(Exchange exchange) throws IOException {
    exchange.allowOnly("names");
    Set<String> names = names(exchange.parameter("names"));
    PublishedState state =
        Reading.present(backend, names.isEmpty() ? Extent.OUTLINE : Extent.outline(names));
    send(
        exchange,
        new OverviewReport(
            state.node(),
            state.version(),
            state.startedAt(),
            state.at(),
            state.epoch(),
            names.isEmpty() ? state.services().size() : null,
            state.services().stream()
                .filter(service -> names.isEmpty() || names.contains(service.name()))
                .map(Overview::line)
                .toList(),
            withoutAnnouncements(state),
            Reports.targets(Announcements.among(state.overrides(), state.at()), state.at()),
            Reports.guard(state.guard()),
            Reports.cluster(state.cluster())));
  }

  private static void send(Exchange exchange, Record report) throws IOException {
    exchange.sendLong("application/json", Json.bytes(report));
  }

  private static Set<String> names(@Nullable String text) {
    if (text == null) {
      return Set.of();
    }
    List<String> names = Arrays.asList(text.split(",", -1));
    if (names.size() > NAMES_LIMIT) {
      throw new BadRequest(
          "names", names.size() + " names: expected at most " + NAMES_LIMIT + ", or none for all");
    }
    return names.stream().map(Reading::folded).collect(Collectors.toSet());
  }

  /// They are told as what they are.
  private static List<String> withoutAnnouncements(PublishedState state) {
    Set<String> announced = Set.copyOf(Announcements.of(state.overrides(), state.at()));
    return state.alarms().stream().filter(alarm -> !announced.contains(alarm)).toList();
  }

  private static OverviewReport.Line line(ServiceState service) {
    List<TrackState> tracks = service.tracks();
    TrackState worst =
        tracks.stream()
            .max(Comparator.comparingInt(track -> BY_GRAVITY.indexOf(track.status())))
            .orElseThrow();
    List<EndpointState> endpoints =
        service.pools().stream().flatMap(pool -> pool.endpoints().stream()).toList();
    return new OverviewReport.Line(
        service.name(),
        service.zone(),
        worst.status(),
        worst.pool(),
        service.pools().getFirst().name(),
        worst.since(),
        worst.reason(),
        tracks.stream().anyMatch(TrackState::pending),
        worst.failbackAt(),
        endpoints.size(),
        count(endpoints, EndpointState::healthy),
        count(endpoints, endpoint -> endpoint.healthy() && endpoint.warning() != null),
        count(endpoints, EndpointState::frozen),
        count(endpoints, endpoint -> endpoint.override() != null),
        tracks.stream().flatMap(track -> track.answers().stream()).distinct().toList(),
        endpoints.stream().map(EndpointState::destination).distinct().toList());
  }

  private static int count(List<EndpointState> endpoints, Predicate<EndpointState> rule) {
    return (int) endpoints.stream().filter(rule).count();
  }
}
