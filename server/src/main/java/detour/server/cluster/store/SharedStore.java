package detour.server.cluster.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A store of keys and values that several nodes share, all of them seeing the same order of
/// changes.
///
/// Every change of the store has a revision, greater than all before it. Reads are linearizable:
/// they show every change that was acknowledged to anyone before they were asked.
///
/// Every method returns at once and may be called by any thread. Every future completes within a
/// bounded time, on any thread; when the store cannot be reached, or refuses, it fails with a
/// [StoreFailure] (inside a `CompletionException` where futures are chained). Only an argument that
/// no store could take throws.
public interface SharedStore extends AutoCloseable {
  /// How many writes and conditions one transaction may have, each.
  int OPERATIONS_MAX = 100;

  /// Everything whose key begins with `prefix`, at one revision.
  ///
  /// @param prefix not empty
  CompletableFuture<Listing> list(String prefix);

  /// What these keys hold, at one revision; those that do not exist are missing from the answer.
  ///
  /// @param keys from one to [#OPERATIONS_MAX]
  CompletableFuture<Listing> read(Collection<String> keys);

  /// Tells the listener of every change to keys that begin with `prefix`, from `fromRevision` on,
  /// the past ones first. A watch that ended is not resumed: its listener decides.
  ///
  /// @param fromRevision the first revision to tell of, which the store may no longer know
  Watch watch(String prefix, long fromRevision, WatchListener listener);

  /// Makes all writes at one revision if all conditions hold, else none.
  ///
  /// A transaction each of whose writes is to a key that also has a condition is tried again when
  /// an answer was lost, and an answer to it is exact as long as rivals write different values. Any
  /// other one is not. Both fail with [StoreFailure#outcomeUnknown()] when nobody knows in the end:
  /// it may have been made, and may yet be.
  ///
  /// @param conditions at most [#OPERATIONS_MAX], each key once
  /// @param writes from one to [#OPERATIONS_MAX], each key once
  CompletableFuture<Commit> commit(List<Condition> conditions, List<Write> writes);

  /// A new lease; what is bound to it disappears when it is not kept alive for `timeToLive`.
  ///
  /// @param timeToLive whole seconds, at least one; the store may give more
  CompletableFuture<Lease> grant(Duration timeToLive);

  /// Starts a lease's time anew. Completes with true, or with false when the lease is gone and all
  /// that was bound to it with it.
  CompletableFuture<Boolean> keepAlive(long leaseId);

  /// Ends a lease and removes what is bound to it. Succeeds also when it is gone already.
  CompletableFuture<Void> revoke(long leaseId);

  /// Ends all watches without telling their listeners, and fails what is under way.
  @Override
  void close();
}
