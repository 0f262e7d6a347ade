package detour.server.cluster;

import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Entry;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the store holds of one kind of record, as far as is known, and never less recent than what
/// was known before. Cluster thread only.
final class Known {
  private final Map<String, Entry> byKey = new HashMap<>();

  @Nullable Entry of(String key) {
    return byKey.get(key);
  }

  byte @Nullable [] value(String key) {
    Entry entry = byKey.get(key);
    return entry == null ? null : entry.value();
  }

  Collection<Entry> all() {
    return byKey.values();
  }

  /// Whether the entry is news.
  boolean put(Entry entry) {
    Entry before = byKey.get(entry.key());
    if (before != null && before.modRevision() >= entry.modRevision()) {
      return false;
    }
    byKey.put(entry.key(), entry);
    return true;
  }

  /// Whether the removal is news.
  boolean removed(String key, long revision) {
    Entry before = byKey.get(key);
    if (before == null || before.modRevision() >= revision) {
      return false;
    }
    byKey.remove(key);
    return true;
  }

  /// Removes what a listing at a revision did not have.
  void retain(Set<String> kept, long revision) {
    byKey
        .values()
        .removeIf(entry -> !kept.contains(entry.key()) && entry.modRevision() <= revision);
  }

  void clear() {
    byKey.clear();
  }

  /// That the key was not written since.
  Condition unchanged(String key) {
    Entry entry = byKey.get(key);
    return entry == null
        ? new Condition.Absent(key)
        : new Condition.Unchanged(key, entry.modRevision());
  }

  /// The revision of the latest record; 0 without any.
  long latestRevision() {
    return byKey.values().stream().mapToLong(Entry::modRevision).max().orElse(0);
  }
}
