package detour.failover.model;

/// What a service answers when no pool is available.
public sealed interface WhenAllDown {
  /// The whole first pool: fail open.
  record Primary() implements WhenAllDown {}

  /// What was last healthy.
  record Last() implements WhenAllDown {}

  /// Every endpoint of every pool.
  record All() implements WhenAllDown {}

  /// No records: NODATA.
  record NoData() implements WhenAllDown {}

  /// SERVFAIL.
  record ServFail() implements WhenAllDown {}

  /// A pool whose health is ignored.
  record NamedPool(String pool) implements WhenAllDown {}
}
