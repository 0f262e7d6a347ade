package detour.server.cluster.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a mirror holds, and how listings and watches are brought together in it. One thread.
///
/// A listing takes a while, and the watch goes on meanwhile. What the watch told last wins where it
/// is later than the listing; keys that it removed meanwhile are remembered until the listing is
/// in.
final class MirroredEntries {
  private static final int NEWEST_MAX = 16;

  /// What is longer is no matter for small reads.
  private static final int NEWEST_BYTES_MAX = 1_000;

  private final TreeMap<String, Entry> held = new TreeMap<>();
  private final Map<String, Long> removedMeanwhile = new HashMap<>();
  private final Map<String, Boolean> newest =
      new LinkedHashMap<>(32, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > NEWEST_MAX;
        }
      };
  private boolean listing;
  private boolean listed;

  /// That of the store, when it was listed last.
  private int generation;

  private long revision;

  /// All changes up to here are in.
  long revision() {
    return revision;
  }

  int size() {
    return held.size();
  }

  @Nullable Entry entry(String key) {
    return held.get(key);
  }

  List<Entry> entries(String prefix) {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : held.tailMap(prefix).values()) {
      if (!entry.key().startsWith(prefix)) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  /// Keys of short values that exist and changed last, so that they will probably change next.
  List<String> newestKeys() {
    return newest.keySet().stream().filter(held::containsKey).toList();
  }

  /// A listing has been asked for.
  void beginListing() {
    listing = true;
    removedMeanwhile.clear();
  }

  /// Whether a listing cannot be of the store that was mirrored so far, be its revision as late as
  /// it may: it is of another generation, or holds an earlier state of what is held, or another
  /// state of the same revision.
  boolean contradicts(Listing fresh) {
    if (listed && fresh.generation() != generation) {
      return true;
    }
    for (Entry entry : fresh.entries()) {
      Entry before = held.get(entry.key());
      if (before != null && before.modRevision() <= fresh.revision()) {
        boolean earlier = entry.modRevision() < before.modRevision();
        boolean other =
            entry.modRevision() == before.modRevision()
                && !Arrays.equals(entry.value(), before.value());
        if (earlier || other) {
          return true;
        }
      }
    }
    return false;
  }

  /// The listing that was asked for is in.
  ///
  /// @param anew whether the store is not the one of before, so that nothing held counts
  /// @return what changes by it
  List<Change> take(Listing fresh, boolean anew) {
    List<Change> changes = new ArrayList<>();
    Set<String> present = new HashSet<>();
    for (Entry entry : fresh.entries()) {
      present.add(entry.key());
      Entry before = held.get(entry.key());
      boolean changed =
          before == null
              ? removedMeanwhile.getOrDefault(entry.key(), 0L) < entry.modRevision()
              : before.modRevision() <= entry.modRevision() && !before.equals(entry);
      if (changed || (anew && !entry.equals(before))) {
        changes.add(new Change.Put(entry));
      }
    }
    for (Entry entry : held.values()) {
      if (!present.contains(entry.key()) && (anew || entry.modRevision() <= fresh.revision())) {
        changes.add(new Change.Removed(entry.key(), fresh.revision()));
      }
    }
    changes.sort(Comparator.comparingLong(Change::revision));
    changes.forEach(this::apply);
    listed = true;
    generation = fresh.generation();
    revision = anew ? fresh.revision() : Math.max(revision, fresh.revision());
    listing = false;
    removedMeanwhile.clear();
    return changes;
  }

  /// The listing that was asked for will not come.
  void abandonListing() {
    listing = false;
    removedMeanwhile.clear();
  }

  /// What a watch told, without what is known already.
  ///
  /// @return what changes by it
  List<Change> take(List<Change> told) {
    List<Change> changes = told.stream().filter(change -> change.revision() > revision).toList();
    for (Change change : changes) {
      apply(change);
      if (listing && change instanceof Change.Removed removed) {
        removedMeanwhile.put(removed.key(), removed.revision());
      }
    }
    if (!changes.isEmpty()) {
      revision = changes.getLast().revision();
    }
    return changes;
  }

  private void apply(Change change) {
    switch (change) {
      case Change.Put put -> {
        held.put(put.key(), put.entry());
        if (put.entry().value().length <= NEWEST_BYTES_MAX) {
          newest.put(put.key(), true);
        } else {
          newest.remove(put.key());
        }
      }
      case Change.Removed removed -> {
        held.remove(removed.key());
        newest.remove(removed.key());
      }
    }
  }
}
