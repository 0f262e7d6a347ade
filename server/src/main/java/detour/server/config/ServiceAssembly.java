package detour.server.config;

import detour.failover.model.Checks;
import detour.failover.model.Destination;
import detour.failover.model.Endpoint;
import detour.failover.model.Pool;
import detour.failover.model.Service;
import detour.failover.model.Service.Families;
import detour.failover.model.WhenAllDown;
import detour.server.options.Place;
import detour.server.options.Placed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes the model's services from their declarations and checks what only several declarations
/// together can show to be wrong.
final class ServiceAssembly {
  private static final Duration DEFAULT_TTL_MIN = Duration.ofSeconds(5);
  private static final Set<String> RESERVED_POOL_NAMES =
      Set.of("last", "all", "nodata", "servfail");

  private final Problems problems;
  private final CheckAssembly checks;

  ServiceAssembly(Problems problems, CheckAssembly checks) {
    this.problems = problems;
    this.checks = checks;
  }

  /// One service for each declaration, in order.
  ///
  /// @param zones their names; null when not all of them are known
  List<Service> services(
      List<Placed<ServiceDeclaration>> declarations, @Nullable Set<String> zones) {
    Map<String, Place> names = new HashMap<>();
    List<Service> services = new ArrayList<>();
    for (Placed<ServiceDeclaration> declaration : declarations) {
      Place first = names.putIfAbsent(declaration.value().name(), declaration.place());
      if (first != null) {
        problems.report(
            declaration.place(),
            "the service " + declaration.value().name() + " is already in line " + first.line());
      }
      services.add(service(declaration.value(), declaration.place(), zones));
    }
    SharedOwners.report(services, declarations, problems);
    ServiceLoops.report(services, declarations, problems);
    checks.reportTheRest();
    return services;
  }

  private Service service(ServiceDeclaration declared, Place place, @Nullable Set<String> zones) {
    Duration ttlMin =
        Objects.requireNonNullElse(
            declared.ttlMin(),
            declared.ttl().compareTo(DEFAULT_TTL_MIN) < 0 ? declared.ttl() : DEFAULT_TTL_MIN);
    if (ttlMin.compareTo(declared.ttl()) > 0) {
      problems.report(
          place,
          "ttl_min "
              + Durations.text(ttlMin)
              + " is longer than ttl "
              + Durations.text(declared.ttl()));
    }
    List<Pool> pools = pools(declared, place);
    CarriedRecords.check(declared, place, problems);
    warnOfUselessKeys(declared, place);
    if (declared.families() == Families.SEPARATE) {
      refuseHostNames(declared, place);
    }
    return new Service(
        declared.name(),
        declared.ownerName(),
        zoneOf(declared.ownerName(), place, zones),
        declared.ttl(),
        ttlMin,
        pools,
        declared.failback(),
        declared.failbackAfter(),
        whenAllDown(declared.whenAllDown(), pools),
        declared.answer(),
        declared.families(),
        declared.unknown(),
        declared.failoverBudget(),
        declared.ramp(),
        !Boolean.FALSE.equals(declared.addresses()));
  }

  private void warnOfUselessKeys(ServiceDeclaration declared, Place place) {
    if (!declared.ramp().isZero() && declared.answer() == 0) {
      problems.warn(
          place,
          "ramp does nothing with answer: all, as every endpoint is in every answer; give answer a"
              + " number");
    }
    if (declared.failoverBudget() != null && declared.pools().size() < 2) {
      problems.warn(place, "failover_budget does nothing with one pool");
    }
  }

  private String zoneOf(String name, Place place, @Nullable Set<String> zones) {
    if (zones == null) {
      return "";
    }
    // The deepest zone wins: a query is answered from it.
    String suffix = name;
    while (true) {
      if (zones.contains(suffix)) {
        return suffix;
      }
      int dot = suffix.indexOf('.');
      if (dot < 0) {
        String declared = String.join(", ", zones.stream().sorted().limit(10).toList());
        problems.report(
            place,
            name + " is in none of the declared zones (" + declared + ")",
            Wording.quoted(name),
            "a name in " + declared);
        return "";
      }
      suffix = suffix.substring(dot + 1);
    }
  }

  private List<Pool> pools(ServiceDeclaration declared, Place servicePlace) {
    Map<String, Place> names = new HashMap<>();
    List<Pool> pools = new ArrayList<>();
    boolean uncheckedEndpoints = false;
    for (int i = 0; i < declared.pools().size(); i++) {
      PoolDeclaration pool = declared.pools().get(i).value();
      Place place = declared.pools().get(i).place();
      String name = pool.name() == null ? "pool" + (i + 1) : pool.name();
      Place first = names.putIfAbsent(name, place);
      if (first != null) {
        problems.report(place, "the pool " + name + " is already in line " + first.line());
      }
      if (RESERVED_POOL_NAMES.contains(name) || (name.equals("primary") && i > 0)) {
        problems.report(
            place, "a pool cannot be called " + name + ": the word has a meaning in when_all_down");
      }
      List<Endpoint> endpoints = new ArrayList<>();
      for (Placed<EndpointDeclaration> endpoint : pool.endpoints()) {
        CheckDeclaration check = firstOf(endpoint.value().check(), pool.check(), declared.check());
        uncheckedEndpoints |= check == null;
        endpoints.add(endpoint(endpoint.value(), check));
      }
      checkEndpoints(pool, endpoints, place);
      pools.add(new Pool(name, endpoints, pool.minHealthy()));
    }
    if (uncheckedEndpoints) {
      problems.report(
          servicePlace,
          "not every endpoint has a check: give the service one; 'check: none' says that its"
              + " endpoints always count as healthy",
          "nothing",
          "check");
    }
    warnOfUselessPools(pools, declared);
    return pools;
  }

  private void checkEndpoints(PoolDeclaration pool, List<Endpoint> endpoints, Place place) {
    Map<String, Place> names = new HashMap<>();
    // Two ports of one host are two endpoints, where their records tell them apart.
    Map<List<Object>, Place> destinations = new HashMap<>();
    for (int i = 0; i < endpoints.size(); i++) {
      Place at = pool.endpoints().get(i).place();
      Place sameName = names.putIfAbsent(endpoints.get(i).name(), at);
      Place sameDestination =
          destinations.putIfAbsent(
              List.of(endpoints.get(i).destination(), endpoints.get(i).records()), at);
      if (sameDestination != null) {
        problems.report(
            at,
            pool.endpoints().get(i).value().text()
                + " is already in this pool, in line "
                + sameDestination.line());
      } else if (sameName != null) {
        problems.report(
            at,
            "the endpoint "
                + endpoints.get(i).name()
                + " is already in this pool, in line "
                + sameName.line());
      }
    }
    if (endpoints.stream().allMatch(endpoint -> endpoint.weight() == 0)) {
      problems.report(place, "every endpoint of this pool has weight 0, so none would be chosen");
    }
    if (!pool.minHealthy().percent() && pool.minHealthy().value() > endpoints.size()) {
      problems.report(
          place,
          "min_healthy is "
              + pool.minHealthy()
              + ", but the pool has "
              + counted(endpoints.size(), "endpoint"),
          pool.minHealthy().toString(),
          "from 1 to " + endpoints.size());
    }
  }

  private Endpoint endpoint(EndpointDeclaration declared, @Nullable CheckDeclaration check) {
    String name = declared.name() == null ? declared.text() : declared.name();
    return new Endpoint(
        name,
        declared.destination(),
        declared.weight(),
        check == null ? Checks.NONE : checks.checks(check),
        declared.records());
  }

  private WhenAllDown whenAllDown(Placed<String> word, List<Pool> pools) {
    return switch (word.value()) {
      case "primary" -> new WhenAllDown.Primary();
      case "last" -> new WhenAllDown.Last();
      case "all" -> new WhenAllDown.All();
      case "nodata" -> new WhenAllDown.NoData();
      case "servfail" -> new WhenAllDown.ServFail();
      default -> namedPool(word, pools.stream().map(Pool::name).toList());
    };
  }

  private WhenAllDown namedPool(Placed<String> word, List<String> pools) {
    if (!pools.contains(word.value())) {
      List<String> known = new ArrayList<>(List.of("primary", "last", "all", "nodata", "servfail"));
      known.addAll(pools);
      problems.mismatch(
          word.place(),
          Wording.quoted(word.value()),
          "primary, last, all, nodata, servfail or a pool of this service ("
              + String.join(", ", pools)
              + ")",
          Wording.suggestion(word.value(), known));
    }
    return new WhenAllDown.NamedPool(word.value());
  }

  private void refuseHostNames(ServiceDeclaration declared, Place servicePlace) {
    declared.pools().stream()
        .flatMap(pool -> pool.value().endpoints().stream())
        .filter(endpoint -> endpoint.value().destination() instanceof Destination.HostName)
        .findFirst()
        .ifPresent(endpoint ->
            problems.report(
                servicePlace,
                "families: separate cannot be combined with the host name "
                    + endpoint.value().text()
                    + ": a CNAME stands for both families"));
  }

  private void warnOfUselessPools(List<Pool> pools, ServiceDeclaration declared) {
    for (int i = 0; i + 1 < pools.size(); i++) {
      Pool pool = pools.get(i);
      boolean alwaysHealthy =
          pool.endpoints().stream().allMatch(endpoint -> endpoint.checks().isNone());
      if (alwaysHealthy
          && firstOf(declared.pools().get(i).value().check(), declared.check()) != null) {
        problems.warn(
            declared.pools().get(i).place(),
            "nothing tests the pool "
                + pool.name()
                + ", so the pools after it are used only when an operator takes it down");
      }
    }
  }

  private static @Nullable CheckDeclaration firstOf(@Nullable CheckDeclaration... declarations) {
    for (CheckDeclaration declaration : declarations) {
      if (declaration != null) {
        return declaration;
      }
    }
    return null;
  }

  private static String counted(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
