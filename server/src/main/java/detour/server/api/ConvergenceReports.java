package detour.server.api;

import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.ServiceState;
import detour.server.publish.PublishedState.TrackState;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Draws [ConvergenceReport]s.
final class ConvergenceReports {
  private ConvergenceReports() {}

  static ConvergenceReport of(ServiceState service, PublishedState state, Resolvers resolvers) {
    Set<String> present = new HashSet<>();
    service.tracks().forEach(track -> present.addAll(track.answers()));
    List<ConvergenceReport.Address> addresses =
        service.handedOut().stream()
            .map(out ->
                new ConvergenceReport.Address(
                    out.destination(),
                    present.contains(out.destination()),
                    out.times(),
                    out.last(),
                    out.ttlSeconds(),
                    out.heldUntil(),
                    out.heldUntil().isAfter(state.at())))
            .toList();
    Instant heldUntil =
        Stream.concat(
                addresses.stream()
                    .filter(address -> !address.answered())
                    .map(ConvergenceReport.Address::heldUntil),
                elsewhere(service, present))
            .filter(until -> until.isAfter(state.at()))
            .max(Comparator.naturalOrder())
            .orElse(null);
    Set<String> comparable = new HashSet<>(present);
    service
        .pools()
        .forEach(pool ->
            pool.endpoints().stream()
                .filter(endpoint -> present.contains(endpoint.destination()))
                .forEach(endpoint -> comparable.addAll(endpoint.resolved())));
    return new ConvergenceReport(
        service.name(),
        state.at(),
        present.stream().sorted().toList(),
        service.tracks().stream()
            .map(TrackState::since)
            .max(Comparator.naturalOrder())
            .orElse(state.startedAt()),
        heldUntil,
        addresses,
        resolvers.ask(service.owner(), service.types()).stream()
            .map(resolver -> resolver.comparedWith(comparable))
            .toList());
  }

  /// Until when endpoints that are not answered may be held: for a while after a start that may be
  /// so of all of them, for what an earlier run handed out last is not known.
  private static Stream<Instant> elsewhere(ServiceState service, Set<String> present) {
    return service.pools().stream()
        .flatMap(pool -> pool.endpoints().stream())
        .filter(endpoint -> !present.contains(endpoint.destination()))
        .flatMap(endpoint -> Stream.ofNullable(endpoint.heldUntil()));
  }
}
