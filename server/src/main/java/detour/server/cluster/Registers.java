package detour.server.cluster;

import detour.server.cluster.store.Change;
import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The registers of one kind that the nodes of a cluster agree on, as the store holds them: each is
/// one key, and is written by compare-and-set. What is known of one is never less recent than what
/// was known before. Cluster thread only.
final class Registers {
  private final Keys keys;
  private final Kind kind;
  private final Map<String, Entry> byKey = new HashMap<>();
  private long latestRevision;
  private boolean listed;

  /// What is kept in them, and who is told.
  interface Kind {
    boolean has(Keys.Subject subject);

    /// Some were written, by this node or another.
    ///
    /// @param whole whether the store has no others
    void written(Collection<Entry> entries, boolean whole);

    /// Somebody removed one by hand, for no node does.
    void removed(String key);
  }

  Registers(Keys keys, Kind kind) {
    this.keys = keys;
    this.kind = kind;
  }

  /// Whether it is known what the store holds.
  boolean listed() {
    return listed;
  }

  /// What a key holds; null for nothing.
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

  /// That the key was not written since.
  Condition unchanged(String key) {
    Entry entry = byKey.get(key);
    return entry == null
        ? new Condition.Absent(key)
        : new Condition.Unchanged(key, entry.modRevision());
  }

  /// The revision of the latest one; 0 without any.
  long latestRevision() {
    return latestRevision;
  }

  /// Takes in what the whole store holds.
  ///
  /// @param storeIsNew whether it is not the one of before, or lost some of what it held
  void listed(Listing listing, boolean storeIsNew) {
    if (storeIsNew) {
      byKey.clear();
      latestRevision = 0;
    }
    Set<String> there = new HashSet<>();
    for (Entry entry : listing.entries()) {
      if (isOfTheKind(entry.key())) {
        there.add(entry.key());
        put(entry);
      }
    }
    byKey
        .values()
        .removeIf(
            entry -> !there.contains(entry.key()) && entry.modRevision() <= listing.revision());
    findLatest();
    listed = true;
    kind.written(all(), true);
  }

  /// Takes in changes in their order; those of other kinds are left alone.
  void changed(List<Change> changes) {
    List<Entry> news = new ArrayList<>();
    for (Change change : changes) {
      if (isOfTheKind(change.key())) {
        switch (change) {
          case Change.Put(Entry entry) -> {
            if (put(entry)) {
              news.add(entry);
            }
          }
          case Change.Removed(String key, long at) -> {
            tell(news);
            remove(key, at);
          }
        }
      }
    }
    tell(news);
  }

  /// Takes in what this node wrote.
  void committed(List<Write.Put> writes, long at) {
    List<Change> made = new ArrayList<>();
    for (Write.Put write : writes) {
      Entry before = byKey.get(write.key());
      long created = before == null ? at : before.createRevision();
      made.add(new Change.Put(new Entry(write.key(), write.value(), at, created, 0)));
    }
    changed(made);
  }

  /// Takes in what is there instead of what this node thought.
  void refused(Collection<String> expected, Listing present) {
    List<Change> made = new ArrayList<>();
    for (String key : expected) {
      made.add(
          present
              .entry(key)
              .<Change>map(Change.Put::new)
              .orElseGet(() -> new Change.Removed(key, present.revision())));
    }
    changed(made);
  }

  private boolean isOfTheKind(String key) {
    Keys.Subject subject = keys.subject(key);
    return subject != null && kind.has(subject);
  }

  /// Whether the entry is news.
  private boolean put(Entry entry) {
    Entry before = byKey.get(entry.key());
    if (before != null && before.modRevision() >= entry.modRevision()) {
      return false;
    }
    byKey.put(entry.key(), entry);
    latestRevision = Math.max(latestRevision, entry.modRevision());
    return true;
  }

  private void remove(String key, long revision) {
    Entry before = byKey.get(key);
    if (before != null && before.modRevision() < revision) {
      byKey.remove(key);
      findLatest();
      kind.removed(key);
    }
  }

  private void findLatest() {
    latestRevision = byKey.values().stream().mapToLong(Entry::modRevision).max().orElse(0);
  }

  private void tell(List<Entry> news) {
    if (!news.isEmpty()) {
      kind.written(List.copyOf(news), false);
      news.clear();
    }
  }
}
