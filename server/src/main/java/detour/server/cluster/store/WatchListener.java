package detour.server.cluster.store;

import java.util.List;

/// Who is told what a watch sees. Calls come one after another, on any thread, and must not block.
public interface WatchListener {
  /// Changes in the order in which they were made, never a part of a transaction alone.
  ///
  /// @param changes not empty; the last one's revision is how far the watch has come
  void changed(List<Change> changes);

  /// The watch has ended, and nothing more comes of it.
  ///
  /// @param why [StoreFailure.Reason#COMPACTED] when the store no longer knows the revision that
  ///   was asked for, so that only a listing helps; for anything else a new watch from where this
  ///   one came to will do
  void ended(StoreFailure why);
}
