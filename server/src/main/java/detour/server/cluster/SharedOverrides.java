package detour.server.cluster;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Write;
import detour.server.publish.Agreed;
import detour.server.publish.Cluster.NotAgreed;
import detour.server.publish.Cluster.OutcomeUnknown;
import detour.server.publish.Cluster.Overtaken;
import detour.server.publish.Inbox;
import detour.server.publish.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The overrides that the nodes agree on, set and cleared by compare-and-set: of two operators who
/// change the same one at once, one is told so. Cluster thread only.
///
/// A wish whose answer was lost is sent again, with the condition that it had at first, until it
/// turns out what became of it, or the operator has waited for long enough.
///
/// An override begins and ends, and lapses without an approval, by the clock of the node at which
/// it was set; to this node's publish thread it is told as of this node's clock.
final class SharedOverrides implements Transaction.Source, Registers.Kind {
  /// The revision heard by who judged nothing.
  static final long NOT_JUDGED = -1;

  private static final long ASK_NANOS = 5_000_000_000L;
  private static final String OVERTAKEN =
      "another change was made at the same moment, which the safety rules were not asked about;"
          + " look at detour status and try again";
  private static final Duration SKEW_LITTLE = Duration.ofSeconds(2);

  private final Membership settings;
  private final Keys keys;
  private final Inbox inbox;
  private final Time time;
  private final AgreedRevision revision;
  private final Function<String, @Nullable Duration> skews;
  private final Registers registers;

  /// By how much the end of an override was moved to be told, by key.
  private final Map<String, Duration> shifts = new HashMap<>();

  private final Deque<Wish> wishes = new ArrayDeque<>();
  private boolean underWay;

  /// What an operator wants.
  ///
  /// @param override null to clear it
  /// @param heardRevision up to which overrides were known when safety rules were asked;
  ///   [#NOT_JUDGED] where none was
  /// @param attempt as it was sent when nobody learned what became of it; null before
  private record Wish(
      OverridePath path,
      @Nullable OperatorOverride override,
      long heardRevision,
      CompletableFuture<Void> answer,
      long sinceNanos,
      @Nullable Attempt attempt) {

    /// @param why one sentence
    void refuse(String why) {
      answer.completeExceptionally(
          attempt == null
              ? new NotAgreed(why)
              : new OutcomeUnknown(
                  "an answer of the cluster's store was lost, so it is not known whether this is"
                      + " in force; detour status shows it once the store answers ("
                      + why
                      + ")"));
    }
  }

  /// @param conditions that of the override first
  /// @param writes that of the override first
  private record Attempt(List<Condition> conditions, List<Write.Put> writes) {
    Write.Put write() {
      return writes.getFirst();
    }

    List<String> keys() {
      return writes.stream().map(Write.Put::key).toList();
    }

    boolean made(@Nullable Entry entry) {
      return entry != null && Arrays.equals(entry.value(), write().value());
    }
  }

  /// @param skews by how much the clock of a node is ahead of this one's; null while not known
  SharedOverrides(
      Membership settings,
      Keys keys,
      Inbox inbox,
      Time time,
      AgreedRevision revision,
      Function<String, @Nullable Duration> skews) {
    this.skews = skews;
    this.settings = settings;
    this.keys = keys;
    this.inbox = inbox;
    this.time = time;
    this.revision = revision;
    registers = new Registers(keys, this);
  }

  /// As the store holds them.
  Registers registers() {
    return registers;
  }

  void wish(
      OverridePath path,
      @Nullable OperatorOverride override,
      long heardRevision,
      CompletableFuture<Void> answer) {
    wishes.add(new Wish(path, override, heardRevision, answer, time.nowNanos(), null));
  }

  /// Refuses what has waited for too long.
  void expire(long nowNanos) {
    while (!wishes.isEmpty() && nowNanos - wishes.getFirst().sinceNanos() >= ASK_NANOS) {
      wishes.removeFirst().refuse("the cluster's store did not answer in time");
    }
  }

  int waiting() {
    return wishes.size();
  }

  @Override
  public boolean has(Keys.Subject subject) {
    return subject instanceof Keys.Subject.Overriding || subject instanceof Keys.Subject.Turn;
  }

  @Override
  public void written(Collection<Entry> entries, boolean whole) {
    Map<OverridePath, @Nullable OperatorOverride> read = new HashMap<>();
    for (Entry entry : entries) {
      if (keys.subject(entry.key()) instanceof Keys.Subject.Overriding(OverridePath path)) {
        Records.override(entry.value())
            .ifPresent(shared -> read.put(path, byOwnClock(entry.key(), shared)));
      }
    }
    if (whole || !read.isEmpty()) {
      tell(read, whole);
    }
  }

  /// Whoever removed it wants it gone.
  @Override
  public void removed(String key) {
    if (keys.subject(key) instanceof Keys.Subject.Overriding(OverridePath path)) {
      Map<OverridePath, @Nullable OperatorOverride> gone = new HashMap<>();
      gone.put(path, null);
      tell(gone, false);
    }
  }

  private void tell(Map<OverridePath, @Nullable OperatorOverride> overrides, boolean whole) {
    revision.overrides(registers.latestRevision());
    inbox.agreed(new Agreed.Overrides(overrides, whole, revision.value()));
  }

  private @Nullable OperatorOverride byOwnClock(String key, Records.SharedOverride shared) {
    OperatorOverride override = shared.override();
    if (override == null || override.nextTurn(Instant.MIN) == null) {
      shifts.remove(key);
      return override;
    }
    Duration shift = shift(shared.by());
    shifts.put(key, shift);
    return override.earlier(shift);
  }

  private Duration shift(String by) {
    Duration skew = by.equals(settings.node()) ? null : skews.apply(by);
    return skew == null || skew.abs().compareTo(SKEW_LITTLE) < 0 ? Duration.ZERO : skew;
  }

  /// Tells those anew that end at another time than was thought, for more is known of the clocks.
  void clocksCompared() {
    for (var shifted : Map.copyOf(shifts).entrySet()) {
      Entry entry = registers.of(shifted.getKey());
      Duration before = shifted.getValue();
      if (entry != null) {
        Records.override(entry.value())
            .filter(shared -> shift(shared.by()).minus(before).abs().compareTo(SKEW_LITTLE) >= 0)
            .ifPresent(_ -> written(List.of(entry), false));
      }
    }
  }

  @Override
  public @Nullable Transaction next(long nowNanos) {
    if (!registers.listed() || underWay) {
      return null;
    }
    for (Wish wish = wishes.poll(); wish != null; wish = wishes.poll()) {
      String key = keys.override(wish.path());
      if (Records.isLater(registers.value(key))) {
        wish.refuse(
            "a later version of Detour wrote the override of %s; ask a node that runs it"
                .formatted(wish.path()));
        continue;
      }
      if (wish.attempt() == null && isOvertaken(wish)) {
        wish.answer().completeExceptionally(new Overtaken(OVERTAKEN));
        continue;
      }
      Attempt attempt = wish.attempt() == null ? attempt(key, wish) : wish.attempt();
      if (attempt.made(registers.of(key))) {
        wish.answer().complete(null);
      } else {
        underWay = true;
        return new Transaction(
            attempt.conditions(), List.copyOf(attempt.writes()), new Wished(wish, attempt));
      }
    }
    return null;
  }

  private Attempt attempt(String key, Wish wish) {
    byte[] value =
        Records.override(registers.value(key), wish.override(), time.now(), settings.node());
    Write.Put write = new Write.Put(key, value);
    if (wish.heardRevision() == NOT_JUDGED) {
      return new Attempt(List.of(registers.unchanged(key)), List.of(write));
    }
    byte[] turn = Records.turn(wish.path(), wish.heardRevision(), time.now(), settings.node());
    return new Attempt(
        List.of(registers.unchanged(key), registers.unchanged(keys.turn())),
        List.of(write, new Write.Put(keys.turn(), turn)));
  }

  /// Whether the store has a change of which those who judged the wish had not heard.
  private boolean isOvertaken(Wish wish) {
    Entry turn = registers.of(keys.turn());
    return wish.heardRevision() != NOT_JUDGED
        && turn != null
        && turn.modRevision() > wish.heardRevision();
  }

  @Override
  public long nextDueNanos() {
    return registers.listed() && !underWay && !wishes.isEmpty() ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  private final class Wished implements Transaction.Outcome {
    private final Wish wish;
    private final Attempt attempt;

    Wished(Wish wish, Attempt attempt) {
      this.wish = wish;
      this.attempt = attempt;
    }

    @Override
    public void committed(long at) {
      underWay = false;
      registers.committed(attempt.writes(), at);
      wish.answer().complete(null);
    }

    @Override
    public void refused(Listing present) {
      underWay = false;
      registers.refused(attempt.keys(), present);
      Entry there = present.entry(attempt.write().key()).orElse(null);
      if (attempt.made(there)) {
        wish.answer().complete(null);
      } else {
        wish.answer()
            .completeExceptionally(
                attempt.conditions().getFirst().holds(there)
                    ? new Overtaken(OVERTAKEN)
                    : new NotAgreed(
                        "somebody else changed the override of "
                            + wish.path()
                            + " at the same moment; look at detour status and try again"));
      }
    }

    @Override
    public void failed(StoreFailure why) {
      underWay = false;
      if (why.outcomeUnknown() || wish.attempt() != null) {
        wishes.addFirst(
            new Wish(
                wish.path(),
                wish.override(),
                wish.heardRevision(),
                wish.answer(),
                wish.sinceNanos(),
                attempt));
      } else {
        wish.refuse(
            "the cluster's store cannot be used, and what only one node knows would not be in"
                + " force on the others: "
                + why.getMessage());
      }
    }
  }
}
