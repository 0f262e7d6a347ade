package detour.server.cluster.store;

import java.util.List;
import java.util.Optional;

/// What a part of the store held at one revision.
///
/// @param revision of the whole store; a watch from the next one on misses nothing
/// @param entries in the order of their keys
/// @param generation another number after the store was replaced by one with a history of its own:
///   revisions of two generations do not compare
public record Listing(long revision, List<Entry> entries, int generation) {
  public Listing {
    entries = List.copyOf(entries);
  }

  /// Of a store that was never replaced.
  public Listing(long revision, List<Entry> entries) {
    this(revision, entries, 0);
  }

  /// What the key held; empty when it did not exist.
  public Optional<Entry> entry(String key) {
    return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
  }
}
