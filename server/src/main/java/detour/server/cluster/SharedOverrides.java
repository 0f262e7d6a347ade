package detour.server.cluster;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.cluster.store.Change;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Write;
import detour.server.publish.Agreed;
import detour.server.publish.Cluster.NotAgreed;
import detour.server.publish.Inbox;
import detour.server.publish.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The overrides that the nodes agree on, set and cleared by compare-and-set: of two operators who
/// change the same one at once, one is told so. Cluster thread only.
///
/// One that ends does so by the clock of the node at which it was set; to this node's publish
/// thread it is told as of this node's clock.
final class SharedOverrides implements Transaction.Source {
  private static final long ASK_NANOS = 5_000_000_000L;
  private static final Duration SKEW_LITTLE = Duration.ofSeconds(2);

  private final Membership settings;
  private final Keys keys;
  private final Inbox inbox;
  private final Time time;
  private final AgreedRevision revision;
  private final Function<String, @Nullable Duration> skews;
  private final Known known = new Known();

  /// By how much the end of an override was moved to be told, by key.
  private final Map<String, Duration> shifts = new HashMap<>();

  private final Deque<Wish> wishes = new ArrayDeque<>();
  private boolean listed;
  private boolean underWay;

  /// What an operator wants.
  ///
  /// @param override null to clear it
  private record Wish(
      OverridePath path,
      @Nullable OperatorOverride override,
      CompletableFuture<Void> answer,
      long sinceNanos) {}

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
  }

  void wish(
      OverridePath path, @Nullable OperatorOverride override, CompletableFuture<Void> answer) {
    wishes.add(new Wish(path, override, answer, time.nowNanos()));
  }

  /// Refuses what has waited for too long.
  void expire(long nowNanos) {
    while (!wishes.isEmpty() && nowNanos - wishes.getFirst().sinceNanos() >= ASK_NANOS) {
      refuse(wishes.removeFirst(), "the cluster's store did not answer in time");
    }
  }

  int waiting() {
    return wishes.size();
  }

  /// Takes in what the whole store holds.
  void listed(Listing listing, boolean storeIsNew) {
    if (storeIsNew) {
      known.clear();
    }
    Set<String> there = new HashSet<>();
    for (Entry entry : listing.entries()) {
      if (keys.subject(entry.key()) instanceof Keys.Subject.Overriding) {
        there.add(entry.key());
        known.put(entry);
      }
    }
    known.retain(there, listing.revision());
    listed = true;
    tell(all(), true);
  }

  void changed(Keys.Subject.Overriding subject, Change change) {
    switch (change) {
      case Change.Put(Entry entry) -> {
        if (known.put(entry)) {
          Map<OverridePath, @Nullable OperatorOverride> news = new HashMap<>();
          read(subject.path(), entry, news);
          tell(news, false);
        }
      }
      case Change.Removed(String key, long at) -> {
        // Nothing of ours removes one: whoever did wants it gone.
        if (known.removed(key, at)) {
          Map<OverridePath, @Nullable OperatorOverride> news = new HashMap<>();
          news.put(subject.path(), null);
          tell(news, false);
        }
      }
    }
  }

  private Map<OverridePath, @Nullable OperatorOverride> all() {
    Map<OverridePath, @Nullable OperatorOverride> all = new HashMap<>();
    for (Entry entry : known.all()) {
      if (keys.subject(entry.key()) instanceof Keys.Subject.Overriding subject) {
        read(subject.path(), entry, all);
      }
    }
    return all;
  }

  private void read(
      OverridePath path, Entry entry, Map<OverridePath, @Nullable OperatorOverride> into) {
    Records.override(entry.value())
        .ifPresent(shared -> into.put(path, byOwnClock(entry.key(), shared)));
  }

  private @Nullable OperatorOverride byOwnClock(String key, Records.SharedOverride shared) {
    OperatorOverride override = shared.override();
    if (override == null || override.expires() == null) {
      shifts.remove(key);
      return override;
    }
    Duration shift = shift(shared.by());
    shifts.put(key, shift);
    return new OperatorOverride(
        override.state(),
        override.reason(),
        override.author(),
        override.since(),
        override.expires().minus(shift));
  }

  private Duration shift(String by) {
    Duration skew = by.equals(settings.node()) ? null : skews.apply(by);
    return skew == null || skew.abs().compareTo(SKEW_LITTLE) < 0 ? Duration.ZERO : skew;
  }

  /// Tells those anew that end at another time than was thought, for more is known of the clocks.
  void clocksCompared() {
    Map<OverridePath, @Nullable OperatorOverride> news = new HashMap<>();
    for (var shifted : Map.copyOf(shifts).entrySet()) {
      Entry entry = known.of(shifted.getKey());
      if (entry != null && keys.subject(entry.key()) instanceof Keys.Subject.Overriding subject) {
        Duration before = shifted.getValue();
        Records.override(entry.value())
            .filter(shared -> shift(shared.by()).minus(before).abs().compareTo(SKEW_LITTLE) >= 0)
            .ifPresent(_ -> read(subject.path(), entry, news));
      }
    }
    tell(news, false);
  }

  private void tell(Map<OverridePath, @Nullable OperatorOverride> overrides, boolean whole) {
    if (whole || !overrides.isEmpty()) {
      revision.overrides(known.latestRevision());
      inbox.agreed(new Agreed.Overrides(overrides, whole, revision.value()));
    }
  }

  private static void refuse(Wish wish, String why) {
    wish.answer().completeExceptionally(new NotAgreed(why));
  }

  @Override
  public @Nullable Transaction next(long nowNanos) {
    Wish wish = listed && !underWay ? wishes.poll() : null;
    if (wish == null) {
      return null;
    }
    String key = keys.override(wish.path());
    if (Records.isLater(known.value(key))) {
      refuse(
          wish,
          "a later version of Detour wrote the override of %s; ask a node that runs it"
              .formatted(wish.path()));
      return null;
    }
    underWay = true;
    byte[] value = Records.override(known.value(key), wish.override(), time.now(), settings.node());
    return new Transaction(
        List.of(known.unchanged(key)), List.of(new Write.Put(key, value)), new Wished(wish, value));
  }

  @Override
  public long nextDueNanos() {
    return listed && !underWay && !wishes.isEmpty() ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  private final class Wished implements Transaction.Outcome {
    private final Wish wish;
    private final byte[] value;
    private final String key;

    Wished(Wish wish, byte[] value) {
      this.wish = wish;
      this.value = value;
      key = keys.override(wish.path());
    }

    @Override
    public void committed(long at) {
      underWay = false;
      Entry before = known.of(key);
      Entry entry = new Entry(key, value, at, before == null ? at : before.createRevision(), 0);
      changed(new Keys.Subject.Overriding(wish.path()), new Change.Put(entry));
      wish.answer().complete(null);
    }

    @Override
    public void refused(Listing present) {
      underWay = false;
      present
          .entry(key)
          .ifPresentOrElse(
              entry -> changed(new Keys.Subject.Overriding(wish.path()), new Change.Put(entry)),
              () ->
                  changed(
                      new Keys.Subject.Overriding(wish.path()),
                      new Change.Removed(key, present.revision())));
      refuse(
          wish,
          "somebody else changed the override of "
              + wish.path()
              + " at the same moment; look at detour status and try again");
    }

    @Override
    public void failed(StoreFailure why) {
      underWay = false;
      refuse(
          wish,
          "the cluster's store cannot be used, and what only one node knows would not be in force"
              + " on the others: "
              + why.getMessage());
    }
  }
}
