package detour.server.cluster.store;

import java.util.List;

/// Who is told what changes in a [Mirror], on the thread of its owner.
@FunctionalInterface
public interface MirrorListener {
  /// The mirror has changed already when this is called.
  ///
  /// @param changes in the order of their revisions. Of a fresh listing the difference to what the
  ///   mirror held, which may be nothing; a removed key then has the revision of the listing
  /// @param fresh whether this is a fresh listing: changes between it and the one before may have
  ///   been skipped, and the first one is the first that is known of the store
  void changed(List<Change> changes, boolean fresh);
}
