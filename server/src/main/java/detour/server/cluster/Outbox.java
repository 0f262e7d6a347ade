package detour.server.cluster;

import detour.server.cluster.store.Commit;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.StoreFailure;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Time;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends what this node writes, one transaction after another, the most urgent first. So what a
/// heartbeat says of the opinions told before is exact. Cluster thread only.
///
/// After a failure it waits, longer each time and each node a little differently, so that a store
/// that returns is not met by all at once.
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final long FIRST_WAIT_NANOS = 200_000_000L;
  private static final long LONGEST_WAIT_NANOS = 5_000_000_000L;

  private final SharedStore store;
  private final Time time;
  private final Executor self;
  private final Metrics metrics;
  private final RandomGenerator chance;
  private final List<Transaction.Source> sources;
  private final Committed committed;
  private boolean underWay;

  /// Which source is asked first: the most urgent, but after failures the next one.
  private int first;

  private int failures;
  private long waitUntilNanos = Long.MIN_VALUE;
  private @Nullable StoreFailure trouble;

  /// Who is told of each transaction that was made.
  interface Committed {
    /// @param askedNanos when it was sent
    void committed(long revision, long askedNanos);
  }

  /// @param self runs what it is given on the cluster thread
  /// @param sources the most urgent first
  Outbox(
      SharedStore store,
      Time time,
      Executor self,
      Metrics metrics,
      RandomGenerator chance,
      List<Transaction.Source> sources,
      Committed committed) {
    this.store = store;
    this.time = time;
    this.self = self;
    this.metrics = metrics;
    this.chance = chance;
    this.sources = List.copyOf(sources);
    this.committed = committed;
  }

  /// Sends the next transaction, if none is under way.
  void send(long nowNanos) {
    if (underWay || waitUntilNanos > nowNanos) {
      return;
    }
    for (int i = 0; i < sources.size(); i++) {
      int source = (first + i) % sources.size();
      Transaction next = sources.get(source).next(nowNanos);
      if (next != null) {
        // What fails again and again must not keep the rest from being tried.
        first = source + 1;
        send(next);
        return;
      }
    }
  }

  /// When [#send] has something to do if nothing else happens; Long.MAX_VALUE for never.
  long nextDueNanos() {
    if (underWay) {
      return Long.MAX_VALUE;
    }
    long due = Long.MAX_VALUE;
    for (Transaction.Source source : sources) {
      due = Math.min(due, source.nextDueNanos());
    }
    return due == Long.MAX_VALUE ? due : Math.max(due, waitUntilNanos);
  }

  /// Whether nothing is under way and nothing failed last.
  boolean idle() {
    return !underWay && trouble == null;
  }

  /// Why the last transaction failed; null when it did not.
  @Nullable StoreFailure trouble() {
    return trouble;
  }

  private void send(Transaction transaction) {
    underWay = true;
    long askedNanos = time.nowNanos();
    metrics.count(Counter.CLUSTER_COMMITS);
    metrics.add(Counter.CLUSTER_WRITES, transaction.writes().size());
    var _ =
        store
            .commit(transaction.conditions(), transaction.writes())
            .whenComplete((commit, failure) ->
                self.execute(() -> ended(transaction, commit, failure, askedNanos)));
  }

  private void ended(
      Transaction transaction,
      @Nullable Commit commit,
      @Nullable Throwable failure,
      long askedNanos) {
    underWay = false;
    if (commit != null) {
      first = 0;
      failures = 0;
      trouble = null;
      switch (commit) {
        case Commit.Committed(long revision) -> {
          transaction.outcome().committed(revision);
          committed.committed(revision, askedNanos);
        }
        case Commit.Refused(var present) -> transaction.outcome().refused(present);
      }
      return;
    }
    StoreFailure why = failure(failure);
    if (trouble == null) {
      LOG.warn("the cluster's store does not take what this node writes: {}", why.getMessage());
    }
    trouble = why;
    metrics.count(Counter.CLUSTER_COMMITS_FAILED);
    long longest = Math.min(LONGEST_WAIT_NANOS, FIRST_WAIT_NANOS << Math.min(failures, 10));
    failures++;
    waitUntilNanos = time.nowNanos() + longest / 2 + chance.nextLong(longest / 2 + 1);
    transaction.outcome().failed(why);
  }

  /// What a future of the store failed with.
  static StoreFailure failure(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof StoreFailure known) {
      return known;
    }
    LOG.error("a call of the cluster's store failed by an error of this program", cause);
    return new StoreFailure(
        StoreFailure.Reason.UNINTELLIGIBLE, true, "an error of this program: " + cause);
  }
}
