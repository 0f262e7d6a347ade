package detour.server.api;

import detour.failover.model.OperatorOverride;
import detour.server.publish.Journal.HistoryEvent;
import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.SaidState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Maps what publish shows to what the API promises: the one may change its shape, the other may
/// not.
final class Reports {
  private Reports() {}

  static StatusReport status(PublishedState state) {
    PublishedState.ConfigurationState configuration = state.configuration();
    Map<String, List<SaidState>> said =
        state.overrides().stream().collect(Collectors.groupingBy(each -> each.path().service()));
    return new StatusReport(
        state.node(),
        state.version(),
        state.startedAt(),
        state.at(),
        state.epoch(),
        new StatusReport.Configuration(
            configuration.file(),
            configuration.loadedAt(),
            configuration.zones(),
            configuration.problems()),
        state.services().stream()
            .map(service ->
                service(service, said.getOrDefault(service.name(), List.of()), state.at()))
            .toList(),
        state.alarms(),
        guard(state.guard()),
        cluster(state.cluster()));
  }

  static OverridesReport overrides(PublishedState state) {
    return new OverridesReport(state.at(), targets(state.overrides(), state.at()));
  }

  static List<OverridesReport.Target> targets(List<SaidState> said, Instant now) {
    return said.stream()
        .map(each ->
            new OverridesReport.Target(each.path().toString(), layers(each.override(), now)))
        .toList();
  }

  private static List<OverridesReport.Layer> layers(OperatorOverride uppermost, Instant now) {
    OperatorOverride inForce = uppermost.inForce(now);
    List<OverridesReport.Layer> layers = new ArrayList<>();
    for (OperatorOverride layer = uppermost; layer != null; layer = layer.meanwhile()) {
      layers.add(
          new OverridesReport.Layer(
              layer.state().name().toLowerCase(Locale.ROOT),
              layer.purpose().name().toLowerCase(Locale.ROOT),
              layer.equals(inForce),
              layer.reason(),
              layer.author(),
              layer.since(),
              layer.starts(),
              layer.expires(),
              layer.vetting().awaited(),
              layer.lapses(),
              layer.vetting().approver(),
              layer.vetting().forcedPast()));
    }
    return layers;
  }

  static StatusReport.@Nullable Cluster cluster(PublishedState.@Nullable VantagesState cluster) {
    return cluster == null
        ? null
        : new StatusReport.Cluster(
            cluster.reachable(),
            cluster.current(),
            cluster.stale(),
            cluster.vantages().stream()
                .map(vantage ->
                    new StatusReport.Vantage(
                        vantage.name(),
                        vantage.region(),
                        vantage.own(),
                        vantage.presence().name(),
                        vantage.detail(),
                        vantage.opinions()))
                .toList());
  }

  static StatusReport.@Nullable Guard guard(PublishedState.GuardState guard) {
    return !guard.on()
        ? null
        : new StatusReport.Guard(
            guard.impaired(),
            guard.since(),
            guard.finding(),
            guard.held(),
            guard.canaries().stream()
                .map(canary ->
                    new StatusReport.Canary(
                        canary.check(), canary.health().name(), canary.detail()))
                .toList());
  }

  /// @param state of which it is a part
  static ServiceReport service(PublishedState.ServiceState service, PublishedState state) {
    List<SaidState> said =
        state.overrides().stream()
            .filter(each -> each.path().service().equals(service.name()))
            .toList();
    return service(service, said, state.at());
  }

  private static ServiceReport service(
      PublishedState.ServiceState service, List<SaidState> said, Instant now) {
    return new ServiceReport(
        service.name(),
        service.zone(),
        service.failback(),
        service.whenAllDown(),
        service.tracks().stream().map(Reports::selection).toList(),
        service.pools().stream().map(Reports::pool).toList(),
        targets(said, now),
        service.answers(),
        service.handedOut().stream()
            .map(out ->
                new ServiceReport.HandedOut(
                    out.destination(), out.last(), out.ttlSeconds(), out.heldUntil(), out.times()))
            .toList());
  }

  static HistoryReport.Event event(HistoryEvent event) {
    return new HistoryReport.Event(
        event.id(),
        event.at(),
        event.service(),
        event.kind(),
        event.subject(),
        event.from(),
        event.to(),
        event.reason(),
        event.author());
  }

  private static ServiceReport.Selection selection(PublishedState.TrackState track) {
    return new ServiceReport.Selection(
        track.family(),
        track.status(),
        track.pool(),
        track.since(),
        track.reason(),
        track.ttlSeconds(),
        track.pending(),
        track.failbackAt(),
        track.answers());
  }

  private static ServiceReport.Pool pool(PublishedState.PoolState pool) {
    return new ServiceReport.Pool(
        pool.name(),
        pool.available(),
        pool.availability(),
        pool.availableSince(),
        pool.endpoints().stream().map(Reports::endpoint).toList());
  }

  private static ServiceReport.Endpoint endpoint(PublishedState.EndpointState endpoint) {
    return new ServiceReport.Endpoint(
        endpoint.name(),
        endpoint.destination(),
        endpoint.weight(),
        endpoint.healthy(),
        endpoint.healthReason(),
        endpoint.answered(),
        endpoint.verdict().name(),
        endpoint.frozen(),
        endpoint.since(),
        override(endpoint.override()),
        endpoint.warning(),
        endpoint.votes().stream()
            .map(vote ->
                new ServiceReport.Vote(
                    vote.vantage(),
                    vote.region(),
                    vote.presence().name(),
                    vote.opinion().name(),
                    vote.detail()))
            .toList(),
        endpoint.opinions().stream().map(Reports::opinion).toList(),
        endpoint.resolved(),
        endpoint.lastHandedOut(),
        endpoint.heldUntil(),
        endpoint.handedOutTimes());
  }

  private static ServiceReport.@Nullable OperatorOverride override(
      @Nullable OperatorOverride override) {
    return override == null
        ? null
        : new ServiceReport.OperatorOverride(
            override.state().name().toLowerCase(Locale.ROOT),
            override.reason(),
            override.author(),
            override.since(),
            override.expires());
  }

  private static ServiceReport.Opinion opinion(PublishedState.OpinionState opinion) {
    return new ServiceReport.Opinion(
        opinion.vantage(),
        opinion.check(),
        opinion.health().name(),
        opinion.stale(),
        opinion.pending(),
        opinion.consecutivePasses(),
        opinion.consecutiveFailures(),
        opinion.fall(),
        opinion.riseNeeded(),
        opinion.since(),
        opinion.lastObservations().stream().map(Reports::seen).toList());
  }

  static ServiceReport.Observation seen(PublishedState.Seen seen) {
    return new ServiceReport.Observation(
        seen.at(), seen.passed(), seen.degraded(), seen.detail(), seen.milliseconds());
  }
}
