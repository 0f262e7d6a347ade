package detour.server.cluster;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;

import detour.failover.model.Quorum;
import detour.failover.model.Service.Failback;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.server.publish.Declared;
import detour.server.publish.SteppedPublish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/// What kind of cluster a simulation is of, and what may befall it. Follows from the seed.
///
/// @param members all nodes
/// @param policy by which they decide
/// @param configured what the nodes have at first, and what they have after a rolling change; the
///   same twice where there is none
record SimulatedWorld(
    Shape shape,
    Set<Trait> traits,
    List<Member> members,
    VerdictPolicy policy,
    List<SteppedPublish.Configured> configured) {
  /// The one operators set overrides on.
  static final String OVERRIDDEN = "d.example.com";

  static final List<String> CANARIES = List.of("198.51.100.1", "198.51.100.2");

  private static final int REDUNDANCY = 3;
  private static final int TRAITS_IN = 4;

  /// Who is in the cluster.
  enum Shape {
    THREE,
    FIVE,
    /// Either may decide alone while its canaries pass.
    TWO_SITES,
    THREE_SITES,
    REGIONS,
    /// Three of five probe each target.
    SHARED,
    /// Three vantages, and a node that only answers.
    ANSWERER
  }

  /// What may be so, or happen, beside what happens everywhere.
  enum Trait {
    SEPARATE_FAMILIES,
    CANARIES,
    GUARD,
    BUDGET,
    ROLLING_CHANGE,
    ROLLING_UPGRADE,
    REPLACED_STORE,
    REMOVED_KEYS,
    BAD_DISKS,
    LOST_LEASES,
    CLOCK_JUMPS,
    /// Faults are far between.
    LULLS
  }

  /// One node.
  record Member(String name, String region, Membership.Role role) {
    Vantage vantage() {
      return new Vantage(name, region);
    }
  }

  static SimulatedWorld of(SplittableRandom chance) {
    Shape shape = Shape.values()[chance.nextInt(Shape.values().length)];
    Set<Trait> traits = EnumSet.noneOf(Trait.class);
    for (Trait trait : Trait.values()) {
      if (chance.nextInt(TRAITS_IN) == 0) {
        traits.add(trait);
      }
    }
    return of(shape, traits);
  }

  private static SimulatedWorld of(Shape shape, Set<Trait> traits) {
    if (shape == Shape.TWO_SITES || shape == Shape.THREE_SITES) {
      traits.add(Trait.CANARIES);
    }
    List<Member> members = members(shape);
    List<Vantage> vantages =
        members.stream().filter(member -> member.role().probes()).map(Member::vantage).toList();
    VerdictPolicy policy =
        new VerdictPolicy(
            new Quorum.Majority(),
            vantages,
            shape == Shape.TWO_SITES || shape == Shape.THREE_SITES ? 1 : 0,
            shape == Shape.REGIONS,
            shape == Shape.SHARED ? REDUNDANCY : 0);
    boolean guarded = traits.contains(Trait.CANARIES) || traits.contains(Trait.GUARD);
    List<String> canaries = traits.contains(Trait.CANARIES) ? CANARIES : List.of();
    List<SteppedPublish.Configured> configured =
        List.of(
            new SteppedPublish.Configured(policy, guarded, canaries, services(traits, false)),
            new SteppedPublish.Configured(
                policy,
                guarded,
                canaries,
                services(traits, traits.contains(Trait.ROLLING_CHANGE))));
    return new SimulatedWorld(shape, traits, members, policy, configured);
  }

  private static List<Member> members(Shape shape) {
    int size =
        switch (shape) {
          case TWO_SITES -> 2;
          case THREE, THREE_SITES -> 3;
          case ANSWERER -> 4;
          case FIVE, REGIONS, SHARED -> 5;
        };
    List<String> regions = List.of("eu", "eu", "eu", "us", "asia");
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String name = "node" + (i + 1);
      boolean answers = shape == Shape.ANSWERER && i == size - 1;
      members.add(
          new Member(
              name,
              shape == Shape.REGIONS ? regions.get(i) : name,
              answers ? Membership.Role.ANSWER : Membership.Role.BOTH));
    }
    return members;
  }

  /// Each endpoint belongs to one service; the last two have addresses of both families.
  private static List<Declared> services(Set<Trait> traits, boolean later) {
    List<Declared> services = new ArrayList<>();
    services.add(
        later
            ? service(
                "a.example.com",
                pool("one", "192.0.2.1", "192.0.2.2"),
                pool("two", "192.0.2.3"),
                pool("three", "192.0.2.13"))
            : service(
                "a.example.com", pool("one", "192.0.2.1", "192.0.2.2"), pool("two", "192.0.2.3")));
    Declared three =
        service(
                "b.example.com",
                pool("one", "192.0.2.4"),
                pool("two", "192.0.2.5"),
                pool("three", "192.0.2.6"))
            .failbackAfter(Duration.ofSeconds(10));
    services.add(traits.contains(Trait.BUDGET) ? three.budget(2, Duration.ofMinutes(2)) : three);
    services.add(
        service("c.example.com", pool("one", "192.0.2.7"), pool("two", "192.0.2.8"))
            .failback(later ? Failback.AUTO : Failback.MANUAL));
    services.add(
        service(OVERRIDDEN, pool("one", "192.0.2.9"), pool("two", "192.0.2.10"))
            .failbackAfter(Duration.ofSeconds(20)));
    if (traits.contains(Trait.SEPARATE_FAMILIES)) {
      services.add(
          service(
                  "e.example.com",
                  pool("one", "192.0.2.11", "2001:db8::11"),
                  pool("two", "192.0.2.12", "2001:db8::12"))
              .separate()
              .failbackAfter(Duration.ofSeconds(10)));
    }
    if (later) {
      services.add(service("f.example.com", pool("one", "192.0.2.14"), pool("two", "192.0.2.15")));
    }
    return services;
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /// Whether a node may decide although it hears of nobody.
  boolean decidesAlone() {
    return policy.minPresent() == 1;
  }

  /// What operators have to say of a service before it fails back.
  List<String> approvedServices() {
    return has(Trait.BUDGET) ? List.of("b.example.com", "c.example.com") : List.of("c.example.com");
  }

  /// Every destination that any node probes.
  List<String> targets() {
    return configured.getLast().services().stream()
        .flatMap(service -> service.pools().stream())
        .flatMap(pool -> pool.endpoints().stream())
        .map(endpoint -> endpoint.name())
        .distinct()
        .toList();
  }

  /// Whether it is possible at all that these vantages decided that something is down.
  boolean canDecide(Predicate<String> saysDown) {
    if (policy.perRegion()) {
      int regions = 0;
      Map<String, Integer> declared = declaredByRegion();
      Map<String, Integer> saying = byRegion(saysDown);
      for (Map.Entry<String, Integer> region : saying.entrySet()) {
        int present = majority(declared.getOrDefault(region.getKey(), 0));
        regions += region.getValue() >= majority(present) ? 1 : 0;
      }
      return regions >= majority(majority(declared.size()));
    }
    int present =
        policy.minPresent() > 0
            ? policy.minPresent()
            : majority(policy.sharesProbes() ? REDUNDANCY : policy.vantages().size());
    return count(saysDown) >= majority(present);
  }

  /// Whether these vantages, all of them present, decide that something is down whatever the others
  /// say.
  boolean mustDecide(Predicate<String> saysDown) {
    if (policy.perRegion()) {
      int regions = 0;
      Map<String, Integer> declared = declaredByRegion();
      for (Map.Entry<String, Integer> region : byRegion(saysDown).entrySet()) {
        int all = declared.getOrDefault(region.getKey(), 0);
        regions += region.getValue() >= majority(all) ? 1 : 0;
      }
      return regions >= majority(declared.size());
    }
    return count(saysDown)
        >= (policy.sharesProbes() ? REDUNDANCY : majority(policy.vantages().size()));
  }

  private int count(Predicate<String> which) {
    int count = 0;
    for (Vantage vantage : policy.vantages()) {
      count += which.test(vantage.name()) ? 1 : 0;
    }
    return count;
  }

  private Map<String, Integer> declaredByRegion() {
    return byRegion(_ -> true);
  }

  private Map<String, Integer> byRegion(Predicate<String> which) {
    Map<String, Integer> regions = new HashMap<>();
    for (Vantage vantage : policy.vantages()) {
      if (which.test(vantage.name())) {
        regions.merge(vantage.region(), 1, Integer::sum);
      }
    }
    return regions;
  }

  private static int majority(int of) {
    return of / 2 + 1;
  }

  /// For people.
  String text() {
    Collection<String> names = new ArrayList<>();
    names.add(shape.toString());
    traits.forEach(trait -> names.add(trait.toString()));
    return String.join(" ", names);
  }
}
