package detour.server.publish;

import detour.dns.wire.Name;
import detour.dns.zone.Zone;
import detour.failover.model.CheckSettings;
import detour.failover.model.Destination;
import detour.failover.model.Endpoint;
import detour.failover.model.Health;
import detour.failover.model.Model;
import detour.failover.model.OverridePath;
import detour.failover.model.Pool;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.OpinionRules;
import detour.failover.opinion.ServiceHealth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The live parts of one configuration, found by what messages name: target, service, host name.
/// Immutable; its parts change.
final class Directory {
  private final LoadedConfiguration configuration;
  private final List<LiveService> services;
  private final Map<ProbeTarget, LiveTarget> targets;

  /// The same by identity: who probes was given these very objects, and a check is a deep value
  /// that takes long to hash.
  private final IdentityHashMap<ProbeTarget, LiveTarget> targetsByIdentity =
      new IdentityHashMap<>();

  private final Map<String, LiveService> servicesByName = new HashMap<>();
  private final Map<LiveTarget, List<LiveService>> servicesByTarget = new HashMap<>();
  private final Map<String, List<LiveService>> servicesByHostName = new LinkedHashMap<>();

  /// By the key under which vantages share what they think; empty for a node on its own.
  private final Map<String, List<LiveTarget>> targetsBySharedKey = new HashMap<>();

  private final SharedNames names;
  private final Dependencies dependencies;
  private final Shares shares;

  /// @param opinionOf the opinion to begin with for a target that was not there before
  /// @param before the directory that this one replaces; its targets live on where they are the
  ///   same
  Directory(
      LoadedConfiguration configuration,
      @Nullable Directory before,
      Function<ProbeTarget, Opinion> opinionOf) {
    this.configuration = configuration;
    targets = new LinkedHashMap<>();
    Map<Subject, LiveTarget> former = new HashMap<>();
    if (before != null) {
      before.targets.values().forEach(live -> former.put(Subject.of(live.target()), live));
    }
    for (ProbeTarget target : configuration.model().targets()) {
      LiveTarget known = before == null ? null : before.targets.get(target);
      targets.put(
          target, known != null ? known : begin(target, former.get(Subject.of(target)), opinionOf));
    }
    targets.forEach(targetsByIdentity::put);
    Map<String, Zone> zones = new HashMap<>();
    for (Zone zone : configuration.zones()) {
      zones.put(key(zone.origin().toString()), zone);
    }
    services = new ArrayList<>();
    Set<String> shared = sharedOwners(configuration.model());
    for (Service service : configuration.model().services()) {
      LiveService live = live(services.size(), service, zones.get(key(service.zone())), shared);
      services.add(live);
      if (before != null) {
        keepVerdicts(before.service(service.name()), live);
      }
    }
    services.forEach(this::register);
    names = new SharedNames(services);
    dependencies = new Dependencies(services);
    Model model = configuration.model();
    shares = new Shares(model.verdicts(), model.vantage(), targets.values());
    if (!model.verdicts().alone()) {
      for (LiveTarget live : targets.values()) {
        targetsBySharedKey.computeIfAbsent(live.sharedKey(), k -> new ArrayList<>(1)).add(live);
      }
    }
  }

  private static Set<String> sharedOwners(Model model) {
    Set<String> known = new HashSet<>();
    Set<String> shared = new HashSet<>();
    for (Service service : model.services()) {
      if (!known.add(service.owner())) {
        shared.add(service.owner());
      }
    }
    return shared;
  }

  /// What is tested where, whatever the times and thresholds.
  private record Subject(String kind, CheckSettings settings, Destination destination) {
    static Subject of(ProbeTarget target) {
      return new Subject(target.check().kind(), target.check().settings(), target.destination());
    }
  }

  /// A check whose times or thresholds were changed starts from what was thought before: an
  /// endpoint that is down must not be answered again because its check was tuned.
  private static LiveTarget begin(
      ProbeTarget target, @Nullable LiveTarget former, Function<ProbeTarget, Opinion> opinionOf) {
    if (former == null || former.health() == Health.UNKNOWN) {
      return new LiveTarget(target, opinionOf.apply(target));
    }
    return new LiveTarget(
        target,
        OpinionRules.restored(
            target.check().thresholds(), former.health(), former.opinion().sinceNanos()));
  }

  /// The saved health of a target as an opinion, or a first opinion where none was saved.
  static Opinion opinion(
      ProbeTarget target, @Nullable Health saved, long sinceNanos, long nowNanos) {
    return saved == null
        ? OpinionRules.initial(target.check().thresholds(), nowNanos)
        : OpinionRules.restored(target.check().thresholds(), saved, sinceNanos);
  }

  LoadedConfiguration configuration() {
    return configuration;
  }

  /// By their position in the answer table.
  List<LiveService> services() {
    return services;
  }

  /// The targets that this node probes, and its canaries.
  Set<ProbeTarget> probed() {
    Set<ProbeTarget> probed = new LinkedHashSet<>();
    targets.forEach((target, live) -> {
      if (shares.probesHere(live)) {
        probed.add(target);
      }
    });
    probed.addAll(configuration.model().guard().canaries());
    return probed;
  }

  Iterable<LiveTarget> liveTargets() {
    return targets.values();
  }

  /// Who probes what.
  Shares shares() {
    return shares;
  }

  /// What this node probes or not, and other vantages know by this key.
  List<LiveTarget> targetsOf(String sharedKey) {
    return targetsBySharedKey.getOrDefault(sharedKey, List.of());
  }

  Set<String> hostNames() {
    return servicesByHostName.keySet();
  }

  @Nullable LiveTarget target(ProbeTarget target) {
    LiveTarget known = targetsByIdentity.get(target);
    return known == null ? targets.get(target) : known;
  }

  @Nullable LiveService service(String name) {
    return servicesByName.get(name);
  }

  List<LiveService> servicesOf(LiveTarget target) {
    return servicesByTarget.getOrDefault(target, List.of());
  }

  List<LiveService> servicesOf(String hostName) {
    return servicesByHostName.getOrDefault(hostName, List.of());
  }

  /// What stands at the same name.
  SharedNames names() {
    return names;
  }

  Dependencies dependencies() {
    return dependencies;
  }

  /// What the checks of others may ask of a service. Publish thread only.
  ServiceHealth healthOf(String service) {
    LiveService live = servicesByName.get(service);
    return live == null ? ServiceHealth.UNKNOWN : live.health;
  }

  /// All services, each after those that its checks ask for.
  Collection<LiveService> servicesAfterThoseTheyAskFor() {
    Set<LiveService> ordered = new LinkedHashSet<>();
    services.forEach(live -> addAfterAsked(live, ordered));
    return ordered;
  }

  private void addAfterAsked(LiveService live, Set<LiveService> ordered) {
    if (ordered.contains(live)) {
      return;
    }
    for (List<LiveEndpoint> pool : live.pools()) {
      for (LiveEndpoint endpoint : pool) {
        for (String asked : endpoint.endpoint().checks().rule().services()) {
          LiveService other = servicesByName.get(asked);
          if (other != null) {
            addAfterAsked(other, ordered);
          }
        }
      }
    }
    ordered.add(live);
  }

  private LiveService live(
      int index, Service service, @Nullable Zone zone, Set<String> sharedOwners) {
    List<List<LiveEndpoint>> pools = new ArrayList<>();
    for (Pool pool : service.pools()) {
      List<LiveEndpoint> endpoints = new ArrayList<>();
      for (Endpoint endpoint : pool.endpoints()) {
        endpoints.add(
            new LiveEndpoint(
                endpoint,
                new OverridePath(service.name(), pool.name(), endpoint.name()),
                endpoint.targets().stream().map(this::known).toList()));
      }
      pools.add(List.copyOf(endpoints));
    }
    // RFC 1034 section 3.6.2: a CNAME stands beside nothing else.
    boolean aliasAllowed =
        zone != null
            && service.carriedTypes().isEmpty()
            && !sharedOwners.contains(service.owner())
            && zone.mayHoldAlias(Name.parse(service.owner()));
    return new LiveService(index, service, aliasAllowed, List.copyOf(pools));
  }

  /// An endpoint that is still there under its name, checked as before, keeps its verdict.
  private static void keepVerdicts(@Nullable LiveService before, LiveService after) {
    if (before == null) {
      return;
    }
    Map<OverridePath, LiveEndpoint> known = new HashMap<>();
    before.pools().forEach(pool -> pool.forEach(e -> known.put(e.path(), e)));
    for (List<LiveEndpoint> pool : after.pools()) {
      for (LiveEndpoint endpoint : pool) {
        LiveEndpoint old = known.get(endpoint.path());
        LiveEndpoint.View view = old == null ? null : old.view();
        if (view != null && old != null && old.endpoint().equals(endpoint.endpoint())) {
          endpoint.judged(view);
        }
      }
    }
  }

  private LiveTarget known(ProbeTarget target) {
    LiveTarget live = targets.get(target);
    if (live == null) {
      throw new IllegalStateException(target.summary() + " is not among the model's targets");
    }
    return live;
  }

  private void register(LiveService live) {
    servicesByName.put(live.service().name(), live);
    Set<LiveTarget> probed = new LinkedHashSet<>();
    Set<String> hostNames = new LinkedHashSet<>();
    for (List<LiveEndpoint> pool : live.pools()) {
      for (LiveEndpoint endpoint : pool) {
        probed.addAll(endpoint.targets());
        if (endpoint.endpoint().destination() instanceof Destination.HostName host) {
          hostNames.add(host.name());
        }
      }
    }
    probed.forEach(t -> servicesByTarget.computeIfAbsent(t, k -> new ArrayList<>(1)).add(live));
    hostNames.forEach(
        h -> servicesByHostName.computeIfAbsent(h, k -> new ArrayList<>(1)).add(live));
  }

  private static String key(String zoneName) {
    String lower = zoneName.toLowerCase(java.util.Locale.ROOT);
    return lower.length() > 1 && lower.endsWith(".")
        ? lower.substring(0, lower.length() - 1)
        : lower;
  }
}
