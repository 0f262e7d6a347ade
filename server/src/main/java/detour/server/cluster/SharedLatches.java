package detour.server.cluster;

import detour.server.cluster.store.Change;
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
import detour.server.publish.Inbox;
import detour.server.publish.Latch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The latches that the nodes agree on: each is a register of the store that is moved by
/// compare-and-set, and an epoch counts its moves. Cluster thread only.
///
/// | a move or a question for one | then |
/// |---|---|
/// | its epoch follows that of the store | it is written |
/// | another node moved the latch meanwhile | it lost the race: that node's latch is told again |
/// | it was decided while nothing was heard of the others for too long, or could not be written for as long | it is dropped, and the store's latch told again: what one node decided in the dark must not move those who saw |
/// | it is a question and the store does not take it in time | it is refused |
final class SharedLatches implements Transaction.Source {
  private static final long ASK_NANOS = 5_000_000_000L;

  private final Membership settings;
  private final Keys keys;
  private final Inbox inbox;
  private final Metrics metrics;
  private final AgreedRevision revision;
  private final Known known = new Known();
  private final Map<String, Pending> pending = new LinkedHashMap<>();
  private final Pace pace = new Pace();
  private boolean listed;
  private boolean underWay;

  /// A move that is served already, or a question for one.
  ///
  /// @param answer null for a move
  /// @param inTheDark whether the shared view was stale when it was decided
  private record Pending(
      Latch latch, @Nullable CompletableFuture<Void> answer, long sinceNanos, boolean inTheDark) {}

  SharedLatches(
      Membership settings, Keys keys, Inbox inbox, Metrics metrics, AgreedRevision revision) {
    this.settings = settings;
    this.keys = keys;
    this.inbox = inbox;
    this.metrics = metrics;
    this.revision = revision;
  }

  void moved(Latch latch, long nowNanos, boolean inTheDark) {
    if (!settings.role().decides()) {
      return;
    }
    Pending before = pending.put(latch.key(), new Pending(latch, null, nowNanos, inTheDark));
    refuse(before, "another pool had to take over meanwhile; see: detour status");
  }

  void ask(Latch latch, CompletableFuture<Void> answer, long nowNanos, boolean inTheDark) {
    Pending asked = new Pending(latch, answer, nowNanos, inTheDark);
    if (!settings.role().decides()) {
      refuse(asked, "this node only probes; ask one that answers queries");
    } else if (inTheDark) {
      refuse(asked, "this node is cut off from the cluster's store, and so from the other nodes");
    } else if (pending.containsKey(latch.key())) {
      refuse(asked, "the other nodes do not know of its last move yet; try again");
    } else {
      pending.put(latch.key(), asked);
    }
  }

  /// Refuses the questions that have waited for too long.
  void expire(long nowNanos) {
    pending
        .values()
        .removeIf(waiting -> {
          boolean late = waiting.answer() != null && nowNanos - waiting.sinceNanos() >= ASK_NANOS;
          if (late) {
            refuse(waiting, "the cluster's store did not answer in time");
          }
          return late;
        });
  }

  /// Takes in what the whole store holds.
  void listed(Listing listing, boolean storeIsNew) {
    if (storeIsNew) {
      known.clear();
    }
    Set<String> there = new HashSet<>();
    for (Entry entry : listing.entries()) {
      if (keys.subject(entry.key()) instanceof Keys.Subject.Latch) {
        there.add(entry.key());
        known.put(entry);
      }
    }
    known.retain(there, listing.revision());
    listed = true;
    tell(all(), true);
  }

  void changed(Keys.Subject.Latch subject, Change change) {
    switch (change) {
      case Change.Put(Entry entry) -> {
        if (known.put(entry)) {
          latch(entry, subject).ifPresent(latch -> tell(List.of(latch), false));
        }
      }
      case Change.Removed(String key, long at) -> {
        if (known.removed(key, at)) {
          tell(all(), true);
        }
      }
    }
  }

  /// The revision of the last move; 0 for none.
  long latestRevision() {
    return known.latestRevision();
  }

  /// How many moves and questions wait for the store.
  int waiting() {
    return pending.size();
  }

  @Override
  public @Nullable Transaction next(long nowNanos) {
    if (!listed || underWay) {
      return null;
    }
    Map<String, Pending> sent = new LinkedHashMap<>();
    List<Condition> conditions = new ArrayList<>();
    List<Write> writes = new ArrayList<>();
    List<Latch> again = new ArrayList<>();
    Iterator<Map.Entry<String, Pending>> waiting = pending.entrySet().iterator();
    while (waiting.hasNext() && writes.size() < SharedStore.OPERATIONS_MAX) {
      var next = waiting.next();
      Pending move = next.getValue();
      String key = keys.latch(move.latch().service(), move.latch().family());
      Latch now = latch(key);
      if (move.latch().epoch() != (now == null ? 1 : now.epoch() + 1)) {
        waiting.remove();
        lost(move, now, again);
      } else if (isDropped(move, now, nowNanos)) {
        waiting.remove();
        again.add(now);
      } else if (pace.allows(key, nowNanos)) {
        waiting.remove();
        sent.put(key, move);
        conditions.add(known.unchanged(key));
        writes.add(new Write.Put(key, Records.latch(known.value(key), move.latch())));
      }
    }
    tell(again, false);
    if (writes.isEmpty()) {
      return null;
    }
    underWay = true;
    sent.keySet().forEach(key -> pace.moved(key, nowNanos));
    return new Transaction(conditions, writes, new Moves(sent, writes));
  }

  private boolean isDropped(Pending move, @Nullable Latch now, long nowNanos) {
    boolean late = nowNanos - move.sinceNanos() > settings.staleAfter().toNanos();
    return now != null && move.answer() == null && (late || move.inTheDark());
  }

  private void lost(Pending move, @Nullable Latch winner, List<Latch> again) {
    metrics.count(Counter.CLUSTER_RACES_LOST);
    if (winner != null) {
      again.add(winner);
      refuse(move, winner.by() + " moved it first, to " + winner.pool() + "; see: detour status");
    } else {
      refuse(move, "its latch was removed from the cluster's store; try again");
    }
  }

  @Override
  public long nextDueNanos() {
    return !listed || underWay || pending.isEmpty() ? Long.MAX_VALUE : pace.nextDueNanos();
  }

  private static void refuse(@Nullable Pending question, String why) {
    if (question != null && question.answer() != null) {
      question.answer().completeExceptionally(new NotAgreed(why));
    }
  }

  private List<Latch> all() {
    List<Latch> all = new ArrayList<>();
    for (Entry entry : known.all()) {
      if (keys.subject(entry.key()) instanceof Keys.Subject.Latch subject) {
        latch(entry, subject).ifPresent(all::add);
      }
    }
    return all;
  }

  private void tell(List<Latch> latches, boolean whole) {
    if (whole || !latches.isEmpty()) {
      revision.latches(known.latestRevision());
      inbox.agreed(new Agreed.Latches(latches, whole, revision.value()));
    }
  }

  private @Nullable Latch latch(String key) {
    Entry entry = known.of(key);
    return entry != null && keys.subject(key) instanceof Keys.Subject.Latch subject
        ? latch(entry, subject).orElse(null)
        : null;
  }

  private static Optional<Latch> latch(Entry entry, Keys.Subject.Latch subject) {
    return Records.latch(entry.value(), subject.service(), subject.family());
  }

  private final class Moves implements Transaction.Outcome {
    private final Map<String, Pending> sent;
    private final List<Write> writes;

    /// @param sent by the keys of the writes, in their order
    Moves(Map<String, Pending> sent, List<Write> writes) {
      this.sent = sent;
      this.writes = writes;
    }

    @Override
    public void committed(long at) {
      underWay = false;
      List<Latch> moved = new ArrayList<>();
      for (Write write : writes) {
        if (write instanceof Write.Put(String key, byte[] value, long _)) {
          Entry before = known.of(key);
          long created = before == null ? at : before.createRevision();
          Pending move = sent.get(key);
          if (known.put(new Entry(key, value, at, created, 0)) && move != null) {
            moved.add(move.latch());
          }
        }
      }
      tell(moved, false);
      for (Pending move : sent.values()) {
        if (move.answer() != null) {
          move.answer().complete(null);
        }
      }
    }

    @Override
    public void refused(Listing present) {
      List<Latch> news = new ArrayList<>();
      for (String key : sent.keySet()) {
        Optional<Entry> entry = present.entry(key);
        if (entry.isEmpty()) {
          known.removed(key, present.revision());
        } else if (known.put(entry.get())
            && keys.subject(key) instanceof Keys.Subject.Latch subject) {
          latch(entry.get(), subject).ifPresent(news::add);
        }
      }
      sendAgain();
      tell(news, false);
    }

    @Override
    public void failed(StoreFailure why) {
      sent.values()
          .forEach(move -> refuse(move, "the cluster's store cannot be used: " + why.getMessage()));
      sent.values().removeIf(move -> move.answer() != null);
      sendAgain();
    }

    private void sendAgain() {
      underWay = false;
      sent.values()
          .forEach(move -> {
            if (pending.putIfAbsent(move.latch().key(), move) != null) {
              refuse(move, "another pool had to take over meanwhile; see: detour status");
            }
          });
    }
  }
}
