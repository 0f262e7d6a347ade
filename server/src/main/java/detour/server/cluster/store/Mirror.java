package detour.server.cluster.store;

import detour.server.cluster.store.StoreFailure.Reason;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A part of the store held in memory, which knows since when it may be out of date. It belongs to
/// one thread, its owner's, and does nothing but in [#tick()] and what it hands to the owner's
/// executor.
///
/// It lists the prefix, then watches from the next revision on. A watch that ends is opened again
/// from where it came to; everything is listed anew when the store has forgotten that revision,
/// when the store went back, when a watch failed several times, when a watch is silent, and at long
/// intervals.
///
/// A watch can be silent without ending: on a connection that nobody serves any more, behind a
/// proxy, on a member cut off from the others. So what it tells is compared with what is known
/// otherwise: what this node itself committed ([#expect]), and a small read every other second of
/// keys that change often. What the watch has to tell and does not within a grace proves it silent.
/// The read is linearizable: one that any member answers from memory would show the same old state
/// as the watch on it.
///
/// Its age is the time since the last moment of which it is proven that all that had been written
/// by then is in the mirror.
public final class Mirror implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long RETRY_FIRST_NANOS = 100_000_000L;
  private static final long RETRY_MAX_NANOS = 5 * NANOS_PER_SECOND;
  private static final long DOUBT_MAX_NANOS = 60 * NANOS_PER_SECOND;
  private static final int WATCHES_LOST_MAX = 3;
  private static final int BEACONS_MAX = 16;
  private static final long UNKNOWN = Long.MIN_VALUE;

  private final SharedStore store;
  private final String prefix;
  private final MirrorSettings settings;
  private final Executor owner;
  private final LongSupplier nanos;
  private final RandomGenerator chance;
  private final Metrics metrics;
  private final MirrorListener listener;
  private final MirroredEntries entries = new MirroredEntries();
  private final Expectations expectations = new Expectations();

  private @Nullable Watch watch;
  private int watchNumber;
  private int watchesLost;
  private int listingsFailed;
  private int doubts;
  private int contradictions;
  private List<String> beacons = List.of();
  private int restarts;
  private boolean listed;
  private boolean listing;
  private boolean probing;
  private boolean reachable = true;
  private boolean closed;
  private long listAtNanos;
  private long watchAtNanos;
  private long probeAtNanos;
  private long heardNanos;
  private long currentAsOfNanos = UNKNOWN;

  /// Asks for nothing before the first [#tick()].
  ///
  /// @param prefix of the keys to hold
  /// @param owner runs what it is given one after another, on the thread that calls all methods
  ///   here
  /// @param nanos a monotonic clock
  public Mirror(
      SharedStore store,
      String prefix,
      MirrorSettings settings,
      Executor owner,
      LongSupplier nanos,
      RandomGenerator chance,
      Metrics metrics,
      MirrorListener listener) {
    this.store = store;
    this.prefix = prefix;
    this.settings = settings;
    this.owner = owner;
    this.nanos = nanos;
    this.chance = chance;
    this.metrics = metrics;
    this.listener = listener;
    this.listAtNanos = nanos.getAsLong();
  }

  /// Begins whatever is due. To be called about ten times a second.
  public void tick() {
    if (closed) {
      return;
    }
    long now = nanos.getAsLong();
    if (watch != null
        && expectations.overdue(now)
        && now - heardNanos >= settings.grace().toNanos()) {
      silent(now);
    }
    if (!listing && now - listAtNanos >= 0) {
      list(now);
    }
    if (listed && watch == null && !listing && now - watchAtNanos >= 0) {
      openWatch();
    }
    if (listed && !probing && now - probeAtNanos >= 0) {
      probe(now);
    }
  }

  /// Nanoseconds since the last moment of which it is proven that all that had been written by then
  /// is here; empty before the first listing.
  public OptionalLong ageNanos() {
    return currentAsOfNanos == UNKNOWN
        ? OptionalLong.empty()
        : OptionalLong.of(nanos.getAsLong() - currentAsOfNanos);
  }

  /// Whether the store did what this mirror asked of it last.
  public boolean reachable() {
    return reachable;
  }

  /// All changes up to this revision are here; 0 before the first listing.
  public long revision() {
    return entries.revision();
  }

  /// How often the store turned out to be another than before, or to have lost some of what it
  /// held: what was held here then, and its revisions, mean nothing any more.
  public int restarts() {
    return restarts;
  }

  /// What the key holds; null when it does not exist.
  public @Nullable Entry entry(String key) {
    return entries.entry(key);
  }

  /// Everything whose key begins with this, in the order of the keys.
  public List<Entry> entries(String keysBeginWith) {
    return entries.entries(keysBeginWith);
  }

  /// How many entries are held.
  public int size() {
    return entries.size();
  }

  /// A transaction with a write below the prefix was committed, so the watch has to tell of it.
  ///
  /// @param askedNanos when the commit was asked for; what was written by then is known once the
  ///   watch has told of it
  public void expect(long revision, long askedNanos) {
    if (revision <= entries.revision()) {
      current(askedNanos);
    } else {
      expectations.must(revision, askedNanos, nanos.getAsLong() + settings.grace().toNanos());
    }
  }

  /// Names keys that change often, such as the presences of nodes, for the small reads; without
  /// them those look at the keys that changed last.
  ///
  /// @param keys below the prefix; of more than 16 the first ones
  public void beacons(List<String> keys) {
    beacons = List.copyOf(keys.subList(0, Math.min(keys.size(), BEACONS_MAX)));
  }

  /// What is held cannot be right, so all is listed anew: soon, and ever less soon when that does
  /// not help.
  ///
  /// @param why as the end of a sentence for the log
  public void doubt(String why) {
    listSoon(why, doubts++);
  }

  /// @param before how often that did not help
  private void listSoon(String why, int before) {
    long delay =
        before == 0 ? 0 : Math.min(DOUBT_MAX_NANOS, NANOS_PER_SECOND << Math.min(before, 10));
    LOG.warn("What the cluster shares is read anew: {}", why);
    listAtNanos = Math.min(listAtNanos, nanos.getAsLong() + delay);
  }

  @Override
  public void close() {
    closed = true;
    closeWatch();
  }

  private void silent(long now) {
    metrics.count(Counter.CLUSTER_WATCHES_SILENT);
    closeWatch();
    watchAtNanos = now;
    doubt("its watch did not tell of a change within " + text(settings.grace()));
  }

  private void list(long now) {
    listing = true;
    entries.beginListing();
    long before = entries.revision();
    var _ =
        store
            .list(prefix)
            .whenCompleteAsync(
                (fresh, error) -> {
                  listing = false;
                  if (closed) {
                    return;
                  }
                  if (error != null) {
                    notListed(StoreFailure.of(error));
                  } else {
                    listed(fresh, fresh.revision() < before || entries.contradicts(fresh), now);
                  }
                },
                owner);
  }

  private void notListed(StoreFailure why) {
    entries.abandonListing();
    failed(why);
    listAtNanos = nanos.getAsLong() + retryNanos(++listingsFailed);
  }

  /// @param anew whether the store is not the one of before, or went back
  private void listed(Listing fresh, boolean anew, long askedNanos) {
    long now = nanos.getAsLong();
    answered();
    metrics.count(Counter.CLUSTER_LISTINGS);
    listingsFailed = 0;
    if (!listed) {
      probeAtNanos = now + jittered(settings.probePeriod().toNanos());
    }
    listed = true;
    List<Change> changes = entries.take(fresh, anew);
    if (anew) {
      restarts++;
      expectations.clear();
    }
    // A new watch after each listing: whatever was wrong with the former is gone with it.
    closeWatch();
    openWatch();
    listAtNanos = now + jittered(listPeriodNanos());
    current(askedNanos);
    reached();
    listener.changed(changes, true);
  }

  private long listPeriodNanos() {
    long byRate = entries.size() * (NANOS_PER_SECOND / settings.listedPerSecondMax());
    return Math.max(settings.listPeriod().toNanos(), byRate);
  }

  private void openWatch() {
    int number = ++watchNumber;
    heardNanos = nanos.getAsLong();
    watch =
        store.watch(
            prefix,
            entries.revision() + 1,
            new WatchListener() {
              @Override
              public void changed(List<Change> changes) {
                owner.execute(() -> told(number, changes));
              }

              @Override
              public void ended(StoreFailure why) {
                owner.execute(() -> lost(number, why));
              }
            });
  }

  private void closeWatch() {
    watchNumber++;
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }

  private void told(int number, List<Change> told) {
    if (number != watchNumber || closed) {
      return;
    }
    heardNanos = nanos.getAsLong();
    watchesLost = 0;
    doubts = 0;
    List<Change> changes = entries.take(told);
    reached();
    if (!changes.isEmpty()) {
      listener.changed(changes, false);
    }
  }

  private void lost(int number, StoreFailure why) {
    if (number != watchNumber || closed) {
      return;
    }
    watch = null;
    watchNumber++;
    watchesLost++;
    metrics.count(Counter.CLUSTER_WATCHES_LOST);
    LOG.debug("The watch of what the cluster shares ended: {}", why.getMessage());
    long retryAtNanos = nanos.getAsLong() + retryNanos(watchesLost);
    watchAtNanos = retryAtNanos;
    boolean wherefrom = why.reason() != Reason.COMPACTED && why.reason() != Reason.UNINTELLIGIBLE;
    if (!wherefrom || watchesLost >= WATCHES_LOST_MAX) {
      listAtNanos = Math.min(listAtNanos, retryAtNanos);
      // The listing opens the next watch.
      watchAtNanos = Long.MAX_VALUE / 2;
    }
  }

  private void probe(long now) {
    probing = true;
    Set<String> keys = new LinkedHashSet<>(beacons);
    keys.addAll(entries.newestKeys());
    // Where nothing is held, the prefix itself is a key that may be asked for and tells the
    // revision.
    keys.add(prefix);
    long before = entries.revision();
    var _ =
        store
            .read(keys)
            .whenCompleteAsync(
                (read, error) -> {
                  probing = false;
                  probeAtNanos = nanos.getAsLong() + jittered(settings.probePeriod().toNanos());
                  if (closed) {
                    return;
                  }
                  if (error != null) {
                    failed(StoreFailure.of(error));
                  } else {
                    answered();
                    compare(read, keys, before, now);
                  }
                },
                owner);
  }

  private void compare(Listing read, Set<String> asked, long before, long askedNanos) {
    if (read.revision() < before || entries.contradicts(read)) {
      // That many a watch was silent before says nothing about whether a listing helps here.
      listSoon(
          "the store was replaced or went back, as after the restoring of a backup",
          contradictions++);
      return;
    }
    contradictions = 0;
    if (read.revision() <= entries.revision()) {
      current(askedNanos);
      return;
    }
    expectations.may(read.revision(), askedNanos);
    long missed = 0;
    for (String key : asked) {
      Entry there = read.entry(key).orElse(null);
      Entry here = entries.entry(key);
      if (there != null && there.modRevision() > entries.revision()) {
        missed = Math.max(missed, there.modRevision());
      } else if (there == null && here != null && here.modRevision() <= read.revision()) {
        // Its removal has a revision that nobody told, but it is one after all that are known.
        missed = Math.max(missed, entries.revision() + 1);
      }
    }
    if (missed > 0) {
      expectations.must(missed, UNKNOWN, nanos.getAsLong() + settings.grace().toNanos());
    }
  }

  private void reached() {
    long asOf = expectations.reached(entries.revision());
    if (asOf != UNKNOWN) {
      current(asOf);
    }
  }

  private void current(long asOfNanos) {
    if (currentAsOfNanos == UNKNOWN || asOfNanos - currentAsOfNanos > 0) {
      currentAsOfNanos = asOfNanos;
    }
  }

  private void answered() {
    if (!reachable) {
      reachable = true;
      LOG.info("The cluster's store answers again");
    }
  }

  private void failed(StoreFailure why) {
    if (reachable) {
      reachable = false;
      LOG.warn(
          "The cluster's store does not answer; what is known of it stands. {}", why.getMessage());
    }
  }

  private long retryNanos(int failures) {
    long longest = RETRY_FIRST_NANOS << Math.min(failures, 6);
    return chance.nextLong(Math.min(RETRY_MAX_NANOS, longest)) + 1;
  }

  /// Within a tenth of it, so that nodes that were started together do not stay in step.
  private long jittered(long periodNanos) {
    return periodNanos - periodNanos / 10 + chance.nextLong(periodNanos / 5 + 1);
  }

  private static String text(Duration duration) {
    return duration.toMillis() + " ms";
  }
}
