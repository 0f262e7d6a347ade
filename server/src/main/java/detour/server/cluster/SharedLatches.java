package detour.server.cluster;

import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Write;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Agreed;
import detour.server.publish.Cluster.NotAgreed;
import detour.server.publish.Cluster.OutcomeUnknown;
import detour.server.publish.Inbox;
import detour.server.publish.Latch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The latches that the nodes agree on, and how this one moves them: an epoch counts the moves of
/// each. Cluster thread only.
///
/// | a move or a question for one | then |
/// |---|---|
/// | its epoch follows that of the store | it is written, however long ago it was made |
/// | it is what the store holds | it was written, though the answer was lost |
/// | another node moved the latch meanwhile | it is given up: that node's latch stands |
/// | it is a question and the store does not take it in time | it is refused |
final class SharedLatches implements Transaction.Source, Registers.Kind {
  private static final long ASK_NANOS = 5_000_000_000L;

  private final Membership settings;
  private final Keys keys;
  private final Inbox inbox;
  private final Metrics metrics;
  private final AgreedRevision revision;
  private final Registers registers;
  private final Map<String, Pending> pending = new LinkedHashMap<>();
  private final Pace pace = new Pace();
  private boolean underWay;

  /// A move that is served already, or a question for one.
  ///
  /// @param answer null for a move
  /// @param doubtful whether it was sent, and nobody knows whether it was written
  private record Pending(
      Latch latch, @Nullable CompletableFuture<Void> answer, long sinceNanos, boolean doubtful) {
    boolean asks() {
      return answer != null;
    }

    void agreed() {
      if (answer != null) {
        answer.complete(null);
      }
    }

    /// @param why one sentence
    void refuse(String why) {
      if (answer != null) {
        answer.completeExceptionally(
            doubtful
                ? new OutcomeUnknown(
                    "an answer of the cluster's store was lost, so it is not known whether the"
                        + " failback was agreed to; see: detour status ("
                        + why
                        + ")")
                : new NotAgreed(why));
      }
    }

    Pending inDoubt() {
      return new Pending(latch, answer, sinceNanos, true);
    }
  }

  SharedLatches(
      Membership settings, Keys keys, Inbox inbox, Metrics metrics, AgreedRevision revision) {
    this.settings = settings;
    this.keys = keys;
    this.inbox = inbox;
    this.metrics = metrics;
    this.revision = revision;
    registers = new Registers(keys, this);
  }

  /// As the store holds them.
  Registers registers() {
    return registers;
  }

  void moved(Latch latch, long nowNanos) {
    if (settings.role().decides()) {
      Pending before = pending.put(latch.key(), new Pending(latch, null, nowNanos, false));
      overtaken(before);
    }
  }

  /// @param inTheDark whether the shared view is stale
  void ask(Latch latch, CompletableFuture<Void> answer, long nowNanos, boolean inTheDark) {
    Pending asked = new Pending(latch, answer, nowNanos, false);
    if (!settings.role().decides()) {
      asked.refuse("this node only probes; ask one that answers queries");
    } else if (pending.containsKey(latch.key())) {
      asked.refuse("the other nodes do not know of its last move yet; try again");
    } else if (inTheDark) {
      asked.refuse("this node is cut off from the cluster's store, and so from the other nodes");
    } else {
      pending.put(latch.key(), asked);
    }
  }

  /// Refuses the questions that have waited for too long.
  void expire(long nowNanos) {
    Iterator<Pending> all = pending.values().iterator();
    while (all.hasNext()) {
      Pending waiting = all.next();
      if (waiting.asks() && nowNanos - waiting.sinceNanos() >= ASK_NANOS) {
        all.remove();
        waiting.refuse("the cluster's store did not answer in time");
      }
    }
  }

  /// How many moves and questions wait for the store.
  int waiting() {
    return pending.size();
  }

  @Override
  public boolean has(Keys.Subject subject) {
    return subject instanceof Keys.Subject.Latch;
  }

  @Override
  public void written(Collection<Entry> entries, boolean whole) {
    List<Latch> latches = new ArrayList<>();
    for (Entry entry : entries) {
      Latch latch = latch(entry);
      if (latch != null) {
        latches.add(latch);
      }
    }
    revision.latches(registers.latestRevision());
    inbox.agreed(new Agreed.Latches(latches, whole, revision.value()));
  }

  /// What the store has no longer the nodes tell it anew.
  @Override
  public void removed(String key) {
    written(registers.all(), true);
  }

  @Override
  public @Nullable Transaction next(long nowNanos) {
    if (!registers.listed() || underWay) {
      return null;
    }
    Map<String, Pending> sent = new LinkedHashMap<>();
    List<Condition> conditions = new ArrayList<>();
    List<Write.Put> writes = new ArrayList<>();
    Iterator<Pending> waiting = pending.values().iterator();
    while (waiting.hasNext() && writes.size() < SharedStore.OPERATIONS_MAX) {
      Pending move = waiting.next();
      String key = keys.latch(move.latch());
      Latch now = latch(registers.of(key));
      if (Records.isLater(registers.value(key))) {
        waiting.remove();
        move.refuse("a later version of Detour wrote this latch; ask a node that runs it");
      } else if (move.latch().equals(now)) {
        waiting.remove();
        move.agreed();
      } else if (move.latch().epoch() != (now == null ? 1 : now.epoch() + 1)) {
        waiting.remove();
        lost(move, now);
      } else if (pace.allows(key, nowNanos)) {
        waiting.remove();
        sent.put(key, move);
        conditions.add(registers.unchanged(key));
        writes.add(new Write.Put(key, Records.latch(registers.value(key), move.latch())));
      }
    }
    if (writes.isEmpty()) {
      return null;
    }
    underWay = true;
    sent.keySet().forEach(key -> pace.moved(key, nowNanos));
    return new Transaction(conditions, List.copyOf(writes), new Moves(sent, writes));
  }

  private void lost(Pending move, @Nullable Latch winner) {
    if (winner == null) {
      move.refuse("its latch was removed from the cluster's store; try again");
      return;
    }
    // Whoever starts tells what it serves before it has heard of any latch: that is no race.
    boolean unaware = move.latch().epoch() == 1 && winner.epoch() > 1;
    if (!unaware && !winner.by().equals(settings.node())) {
      metrics.count(Counter.CLUSTER_RACES_LOST);
    }
    move.refuse(winner.by() + " moved it meanwhile, to " + winner.pool() + "; see: detour status");
  }

  @Override
  public long nextDueNanos() {
    return !registers.listed() || underWay || pending.isEmpty()
        ? Long.MAX_VALUE
        : pace.nextDueNanos();
  }

  private @Nullable Latch latch(@Nullable Entry entry) {
    return entry != null && keys.subject(entry.key()) instanceof Keys.Subject.Latch subject
        ? Records.latch(entry.value(), subject.service(), subject.family()).orElse(null)
        : null;
  }

  private static void overtaken(@Nullable Pending question) {
    if (question != null) {
      question.refuse("another pool had to take over meanwhile; see: detour status");
    }
  }

  private final class Moves implements Transaction.Outcome {
    private final Map<String, Pending> sent;
    private final List<Write.Put> writes;

    /// @param sent by the keys of the writes, in their order
    Moves(Map<String, Pending> sent, List<Write.Put> writes) {
      this.sent = sent;
      this.writes = writes;
    }

    @Override
    public void committed(long at) {
      underWay = false;
      registers.committed(writes, at);
      sent.values().forEach(Pending::agreed);
    }

    @Override
    public void refused(Listing present) {
      underWay = false;
      registers.refused(sent.keySet(), present);
      sent.values().forEach(this::waitAgain);
    }

    @Override
    public void failed(StoreFailure why) {
      underWay = false;
      for (Pending move : sent.values()) {
        Pending next = why.outcomeUnknown() ? move.inDoubt() : move;
        if (!next.asks() || next.doubtful()) {
          waitAgain(next);
        } else {
          next.refuse("the cluster's store cannot be used: " + why.getMessage());
        }
      }
    }

    private void waitAgain(Pending move) {
      if (pending.putIfAbsent(move.latch().key(), move) != null) {
        overtaken(move);
      }
    }
  }
}
