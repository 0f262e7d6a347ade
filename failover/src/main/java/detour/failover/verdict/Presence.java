package detour.failover.verdict;

/// Whether a vantage may be counted in a decision on one endpoint.
public enum Presence {
  /// Its lease is alive and it trusts what it sees.
  PRESENT,
  /// Present, but the probing of this endpoint is left to others: it counts as present and has no
  /// say.
  SPARED,
  /// Its lease is gone, or nothing was heard of it for too long.
  ABSENT,
  /// It does not trust what it sees, and abstains.
  IMPAIRED,
  /// The configuration asks other vantages: as if it were not declared.
  NOT_ASKED
}
