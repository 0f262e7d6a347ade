package detour.server.publish;

import detour.failover.model.Destination;
import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.model.Service;
import detour.failover.model.WhenAllDown;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.failover.selection.EndpointPosition;
import detour.failover.selection.Hold;
import detour.failover.selection.PoolAvailability;
import detour.failover.selection.RampRules;
import detour.failover.selection.Selection;
import detour.failover.selection.Track;
import detour.failover.verdict.Verdict;
import detour.server.publish.PublishedState.CanaryState;
import detour.server.publish.PublishedState.ConfigurationState;
import detour.server.publish.PublishedState.EndpointState;
import detour.server.publish.PublishedState.GuardState;
import detour.server.publish.PublishedState.HandedOut;
import detour.server.publish.PublishedState.OpinionState;
import detour.server.publish.PublishedState.PoolState;
import detour.server.publish.PublishedState.SaidState;
import detour.server.publish.PublishedState.Seen;
import detour.server.publish.PublishedState.ServiceState;
import detour.server.publish.PublishedState.TrackState;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Draws the present decisions for people, from the views that the publish thread leaves behind.
/// Any thread; one use.
final class StatePicture {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Decisions decisions;
  private final Directory directory;
  private final Sentry.View guard;
  private final VantagesPicture cluster;
  private final Instant startedAt;
  private final Instant now;
  private final long nowNanos;
  private final Extent extent;

  StatePicture(Time time, Decisions decisions, Instant startedAt, Extent extent) {
    this.decisions = decisions;
    this.startedAt = startedAt;
    this.extent = extent;
    directory = decisions.directory();
    guard = decisions.guard();
    now = time.now();
    nowNanos = time.nowNanos();
    cluster =
        new VantagesPicture(
            directory.configuration().model(), decisions.peers(), guard, now, nowNanos);
  }

  /// @param unsaved overrides that are in force and not on disk
  PublishedState state(
      long epoch, ConfigurationState configuration, Collection<OverridePath> unsaved) {
    List<ServiceState> services = new ArrayList<>();
    for (LiveService live : drawn()) {
      LiveService.View view = live.view();
      if (view != null) {
        services.add(service(live, view));
      }
    }
    List<SaidState> said = said();
    return new PublishedState(
        directory.configuration().model().vantage(),
        Version.NUMBER,
        startedAt,
        now,
        epoch,
        configuration,
        services,
        extent.alarms() ? alarms(configuration, unsaved, said) : List.of(),
        guard(),
        cluster.state(),
        said);
  }

  private List<LiveService> drawn() {
    Set<String> names = extent.names();
    return names == null
        ? directory.services()
        : names.stream()
            .flatMap(name -> Stream.ofNullable(directory.service(name)))
            .sorted(Comparator.comparingInt(LiveService::index))
            .toList();
  }

  private ServiceState service(LiveService live, LiveService.View view) {
    Service service = live.service();
    Map<String, Handed> handed = view.handOuts().all();
    Set<EndpointPosition> answered = new HashSet<>();
    view.selections().forEach(selection -> answered.addAll(selection.endpoints()));
    List<PoolState> pools = new ArrayList<>();
    for (int index = 0; index < live.pools().size(); index++) {
      pools.add(pool(live, view, index, answered, handed));
    }
    return new ServiceState(
        service.name(),
        service.owner(),
        Set.copyOf(service.types()),
        service.zone(),
        failback(service),
        whenAllDown(service.whenAllDown()),
        view.selections().stream().map(selection -> track(service, view, selection)).toList(),
        pools,
        view.handOuts().answers(),
        handedOut(handed),
        DecisionVersion.of(live, view, decisions.overrides()));
  }

  private TrackState track(Service service, LiveService.View view, Selection selection) {
    return new TrackState(
        Latch.family(selection.track()),
        selection.status().name(),
        selection.pool() < 0 ? null : service.pools().get(selection.pool()).name(),
        at(selection.sinceNanos()),
        selection.reason(),
        selection.ttl().seconds(),
        selection.ttl().pending(),
        at(selection.failbackAtNanos()),
        destinations(view, selection.track()));
  }

  private static List<String> destinations(LiveService.View view, Track track) {
    List<String> all = view.rendering().destinations();
    return switch (track) {
      case JOINT -> all;
      case IPV4 -> all.stream().filter(text -> text.indexOf(':') < 0).toList();
      case IPV6 -> all.stream().filter(text -> text.indexOf(':') >= 0).toList();
    };
  }

  private PoolState pool(
      LiveService live,
      LiveService.View view,
      int index,
      Set<EndpointPosition> answered,
      Map<String, Handed> handed) {
    List<EndpointState> endpoints = new ArrayList<>();
    for (int position = 0; position < live.pools().get(index).size(); position++) {
      boolean isAnswered = answered.contains(new EndpointPosition(index, position));
      endpoints.add(endpoint(live, live.pools().get(index).get(position), isAnswered, handed));
    }
    // With `families: separate` a pool may be available for one family alone.
    List<PoolAvailability> availability =
        view.selections().stream().map(selection -> selection.pools().get(index)).toList();
    PoolAvailability first = availability.getFirst();
    return new PoolState(
        live.service().pools().get(index).name(),
        availability.stream().anyMatch(PoolAvailability::available),
        String.join("; ", availability.stream().map(PoolAvailability::reason).distinct().toList()),
        at(first.availableSinceNanos()),
        endpoints);
  }

  private EndpointState endpoint(
      LiveService live, LiveEndpoint endpoint, boolean answered, Map<String, Handed> handed) {
    LiveEndpoint.View judged = endpoint.view();
    Verdict verdict = judged == null ? Verdict.NOT_CHECKED : judged.verdict();
    Destination destination = endpoint.endpoint().destination();
    Handed given = handed.get(destination.text());
    Hold hold = given == null ? null : given.hold();
    OperatorOverride override = judged == null ? null : judged.health().override();
    return new EndpointState(
        endpoint.endpoint().name(),
        destination.text(),
        endpoint.endpoint().weight(),
        judged == null || judged.health().healthy(),
        judged == null
            ? ""
            : judged.health().reason() + ramping(live.service(), judged) + guarded(endpoint),
        answered,
        verdict.health(),
        verdict.frozen() || (distrusts() && !endpoint.targets().isEmpty()),
        judged == null ? startedAt : at(judged.sinceNanos()),
        override,
        judged == null ? null : judged.warning(),
        judged == null ? List.of() : cluster.votes(judged.votes()),
        endpoint.targets().stream().map(this::opinion).toList(),
        resolved(destination),
        hold == null ? null : Instant.ofEpochMilli(hold.lastAnsweredMillis()),
        heldUntil(live.service(), hold),
        given == null ? 0 : given.times());
  }

  /// What was handed out before a restart is not known any more, but its TTL was no longer than the
  /// service's: until that has passed since the start, a resolver may hold any endpoint.
  private @Nullable Instant heldUntil(Service service, @Nullable Hold hold) {
    Instant known = hold == null ? null : Instant.ofEpochMilli(hold.heldUntilMillis());
    Instant fromBefore = startedAt.plus(service.ttl());
    if (fromBefore.isBefore(now) || (known != null && known.isAfter(fromBefore))) {
      return known;
    }
    return fromBefore;
  }

  private OpinionState opinion(LiveTarget target) {
    LiveTarget.View view = target.view();
    Opinion opinion = view.opinion();
    return new OpinionState(
        directory.configuration().model().vantage(),
        target.target().check().summary(),
        opinion.health(),
        opinion.stale(),
        target.pending(),
        opinion.consecutivePasses(),
        opinion.consecutiveFailures(),
        target.target().check().thresholds().fall(),
        opinion.riseNeeded(),
        at(opinion.sinceNanos()),
        extent.observations() ? view.recent().stream().map(this::seen).toList() : List.of(),
        target.target());
  }

  private Seen seen(Observation observation) {
    return new Seen(
        at(observation.endNanos()),
        observation.passed(),
        observation.result() == Observation.Result.DEGRADED,
        observation.detail(),
        observation.durationNanos() / NANOS_PER_MILLI);
  }

  private List<String> resolved(Destination destination) {
    return destination instanceof Destination.HostName host
        ? decisions.addressesOf(host.name()).stream().map(InetAddress::getHostAddress).toList()
        : List.of();
  }

  private static List<HandedOut> handedOut(Map<String, Handed> handed) {
    return handed.entrySet().stream()
        .map(entry -> handedOut(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparing(HandedOut::heldUntil).reversed())
        .toList();
  }

  private List<SaidState> said() {
    return decisions.overrides().all().entrySet().stream()
        .map(said -> new SaidState(said.getKey(), said.getValue()))
        .sorted(Comparator.comparing(said -> said.path().toString()))
        .toList();
  }

  private static HandedOut handedOut(String destination, Handed handed) {
    Hold hold = handed.hold();
    return new HandedOut(
        destination,
        Instant.ofEpochMilli(hold.lastAnsweredMillis()),
        hold.ttlSeconds(),
        Instant.ofEpochMilli(hold.heldUntilMillis()),
        handed.times());
  }

  private List<String> alarms(
      ConfigurationState configuration, Collection<OverridePath> unsaved, List<SaidState> said) {
    List<String> alarms = new ArrayList<>();
    if (guard.impaired()) {
      alarms.add(
          directory.configuration().model().vantage()
              + (distrusts()
                  ? " is impaired and changes no health: "
                  : " is impaired and abstains: ")
              + guard.finding());
    }
    alarms.addAll(frozen());
    alarms.addAll(Announcements.of(said, now));
    for (OverridePath path : unsaved) {
      alarms.add("what was said of " + path + " is not on disk: a restart would lose it");
    }
    if (!configuration.problems().isEmpty()) {
      alarms.add(
          "the last reload was refused, the old configuration serves: "
              + configuration.problems().getFirst());
    }
    for (Dependencies.Dependency dependency : directory.dependencies().all()) {
      LiveTarget further = dependency.further();
      if (dependency.target().health() == Health.DOWN
          && (further == null || further.health() != Health.DOWN)) {
        alarms.add(dependency.name() + " is down: " + Dependencies.dependents(dependency));
      }
    }
    for (LiveService live : directory.services()) {
      LiveService.View view = live.view();
      if (view != null && view.selections().stream().anyMatch(s -> s.budget().held())) {
        alarms.add(
            live.service().name()
                + ": its failover budget is used up, so it does not fail back by itself; release"
                + " it: detour failback "
                + live.service().name());
      }
      if (view != null
          && view.selections().stream().anyMatch(s -> s.status() == Selection.Status.LAST_RESORT)) {
        alarms.add(live.service().name() + ": " + view.selections().getFirst().reason());
      }
    }
    return alarms;
  }

  private List<String> frozen() {
    int frozen = 0;
    String why = "";
    for (LiveService live : directory.services()) {
      for (List<LiveEndpoint> pool : live.pools()) {
        for (LiveEndpoint endpoint : pool) {
          LiveEndpoint.View judged = endpoint.view();
          if (judged != null && judged.verdict().frozen()) {
            frozen++;
            why = judged.verdict().reason();
          }
        }
      }
    }
    return cluster.alarms(frozen, why);
  }

  private String ramping(Service service, LiveEndpoint.View judged) {
    int steps = RampRules.steps(service, judged.cameBackNanos(), nowNanos);
    return steps == RampRules.STEPS
        ? ""
        : "; %d%% of its weight since it came back".formatted(steps * 100 / RampRules.STEPS);
  }

  /// Whether nothing is decided because this vantage does not believe what it sees, and there is no
  /// other.
  private boolean distrusts() {
    return guard.impaired() && directory.configuration().model().verdicts().alone();
  }

  private String guarded(LiveEndpoint endpoint) {
    if (distrusts() && !endpoint.targets().isEmpty()) {
      return "; this vantage does not trust what it sees: " + guard.finding();
    }
    return endpoint.targets().stream().anyMatch(LiveTarget::held)
        ? "; seems down, which waits for a witness that passes"
        : "";
  }

  private GuardState guard() {
    List<CanaryState> canaries = new ArrayList<>();
    guard
        .canaries()
        .forEach((target, opinion) -> {
          Observation last = opinion.last();
          canaries.add(
              new CanaryState(
                  target.summary(), opinion.health(), last == null ? "" : last.detail()));
        });
    return new GuardState(
        guard.on(),
        guard.impaired(),
        at(guard.sinceNanos()),
        guard.finding(),
        guard.held(),
        canaries);
  }

  private static String failback(Service service) {
    return service.failback() == Service.Failback.MANUAL
        ? "manual"
        : "auto after " + service.failbackAfter().toSeconds() + "s";
  }

  private static String whenAllDown(WhenAllDown rule) {
    return rule instanceof WhenAllDown.NamedPool(String pool)
        ? "pool " + pool
        : rule.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private Instant at(long momentNanos) {
    return now.plusNanos(momentNanos - nowNanos);
  }

  private @Nullable Instant at(OptionalLong momentNanos) {
    return momentNanos.isPresent() ? at(momentNanos.getAsLong()) : null;
  }
}
