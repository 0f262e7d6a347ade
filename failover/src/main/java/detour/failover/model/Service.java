package detour.failover.model;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An owner name whose address records, or others, depend on health. Several services may stand at
/// one name, each for types of its own.
///
/// @param name what it is known by: lower case, without the final dot
/// @param owner the name that it answers for, in the same form; mostly equal to `name`
/// @param zone the zone that holds it, in the same form
/// @param ttl while settled; whole seconds
/// @param ttlMin the least TTL while a change is pending; whole seconds
/// @param pools the first is the primary, the next ones stand by; at least one
/// @param failbackAfter how long an earlier pool must have stayed available before an automatic
///   failback
/// @param answer how many endpoints of the selected pool are answered; 0 for all
/// @param failoverBudget null for no limit
/// @param ramp over how long an endpoint that came back gets its full weight again; zero for at
///   once
/// @param addresses whether the endpoints' addresses are answered; false where they only tell what
///   is checked, and other records are answered
public record Service(
    String name,
    String owner,
    String zone,
    Duration ttl,
    Duration ttlMin,
    List<Pool> pools,
    Failback failback,
    Duration failbackAfter,
    WhenAllDown whenAllDown,
    int answer,
    Families families,
    UnknownHealth unknown,
    @Nullable FailoverBudget failoverBudget,
    Duration ramp,
    boolean addresses) {
  private static final int TYPE_A = 1;
  private static final int TYPE_AAAA = 28;

  /// How the selection returns to an earlier pool.
  public enum Failback {
    AUTO,
    MANUAL
  }

  /// Whether A and AAAA are decided together or apart.
  public enum Families {
    JOINT,
    SEPARATE
  }

  /// What an endpoint counts as before anything was seen of it.
  public enum UnknownHealth {
    UP,
    DOWN
  }

  /// The same with other pools.
  public Service withPools(List<Pool> others) {
    return new Service(
        name,
        owner,
        zone,
        ttl,
        ttlMin,
        others,
        failback,
        failbackAfter,
        whenAllDown,
        answer,
        families,
        unknown,
        failoverBudget,
        ramp,
        addresses);
  }

  /// A service without failover budget and ramp.
  public Service(
      String name,
      String zone,
      Duration ttl,
      Duration ttlMin,
      List<Pool> pools,
      Failback failback,
      Duration failbackAfter,
      WhenAllDown whenAllDown,
      int answer,
      Families families,
      UnknownHealth unknown) {
    this(
        name,
        name,
        zone,
        ttl,
        ttlMin,
        pools,
        failback,
        failbackAfter,
        whenAllDown,
        answer,
        families,
        unknown,
        null,
        Duration.ZERO,
        true);
  }

  /// The types of the records that its endpoints carry, upwards. They belong to the service also
  /// while no endpoint that is answered carries them.
  public List<Integer> carriedTypes() {
    return pools.stream()
        .flatMap(pool -> pool.endpoints().stream())
        .flatMap(endpoint -> endpoint.records().stream())
        .map(CarriedRecord::type)
        .distinct()
        .sorted()
        .toList();
  }

  /// All types that it answers, upwards: A (1) and AAAA (28) unless it leaves addresses to the
  /// zone, and those that its endpoints carry.
  public List<Integer> types() {
    return Stream.concat(
            addresses ? Stream.of(TYPE_A, TYPE_AAAA) : Stream.of(), carriedTypes().stream())
        .sorted()
        .toList();
  }

  public Service {
    pools = List.copyOf(pools);
    if (pools.isEmpty()) {
      throw new IllegalArgumentException("a service needs at least one pool");
    }
  }
}
