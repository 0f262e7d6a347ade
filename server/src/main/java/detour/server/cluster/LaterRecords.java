package detour.server.cluster;

import detour.server.cluster.store.Change;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import java.util.HashMap;
import java.util.Map;

/// Latches and overrides that a later version of this program wrote in a form that this one cannot
/// read: they are left alone, and what they say is not in force here. Cluster thread only.
final class LaterRecords {
  private final Keys keys;
  private final Map<String, Long> revisions = new HashMap<>();

  LaterRecords(Keys keys) {
    this.keys = keys;
  }

  /// Takes in what the whole store holds.
  void listed(Listing listing) {
    revisions.clear();
    listing.entries().forEach(this::written);
  }

  void changed(Iterable<Change> changes) {
    for (Change change : changes) {
      switch (change) {
        case Change.Put(Entry entry) -> written(entry);
        case Change.Removed(String key, long _) -> revisions.remove(key);
      }
    }
  }

  private void written(Entry entry) {
    switch (keys.subject(entry.key())) {
      case Keys.Subject.Latch _, Keys.Subject.Overriding _ -> {
        if (Records.laterVersion(entry.value()) > 0) {
          revisions.put(entry.key(), entry.modRevision());
        } else {
          revisions.remove(entry.key());
        }
      }
      case null, default -> {}
    }
  }

  /// The revision of the one that was written first; Long.MAX_VALUE without any.
  long firstRevision() {
    return revisions.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
  }

  /// What is wrong, as a sentence about this node; empty when nothing is.
  String obstacle() {
    return revisions.isEmpty()
        ? ""
        : "it cannot read %s that a later version wrote: upgrade it"
            .formatted(
                revisions.size() == 1
                    ? "a latch or override"
                    : revisions.size() + " latches and overrides");
  }
}
