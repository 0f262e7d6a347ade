package detour.server.cluster;

import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Write;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes for the store, and who is told what became of them.
record Transaction(List<Condition> conditions, List<Write> writes, Outcome outcome) {

  /// What became of a transaction; one of these is called, once.
  interface Outcome {
    /// @param revision of all its writes
    void committed(long revision);

    /// @param present what the keys of the conditions hold instead
    void refused(Listing present);

    void failed(StoreFailure why);
  }

  /// Who has writes.
  interface Source {
    /// The next transaction; null when there is nothing to write now.
    @Nullable Transaction next(long nowNanos);

    /// When there will be something to write if nothing else happens; Long.MAX_VALUE for never.
    long nextDueNanos();
  }
}
