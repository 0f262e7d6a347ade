package detour.server.cluster.store;

import detour.server.cluster.store.Exchange.Question;
import detour.server.cluster.store.StoreFailure.Reason;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// etcd, versions 3.4 to 3.6, through its JSON gateway. Any thread; it has none of its own.
public final class EtcdStore implements SharedStore {
  /// How many watches may be open.
  static final int WATCHES_MAX = 16;

  private static final int ANSWER_BYTES_MAX = 16 << 20;
  private static final int PAGE_ENTRIES = 1000;
  private static final int ENTRIES_MAX = 2_000_000;
  private static final int LISTINGS_BEGUN_MAX = 3;

  private final ClusterIdentity identity = new ClusterIdentity();
  private final Map<String, Integer> listedGenerations = new ConcurrentHashMap<>();
  private final Set<EtcdWatch> watches = ConcurrentHashMap.newKeySet();
  private final Connections connections;
  private final Gateway gateway;
  private final EtcdWatch.Needs watchNeeds;
  private final RandomGenerator chance;
  private final Metrics metrics;

  /// Opens no connection yet, and reads no file.
  ///
  /// @param nanos a monotonic clock
  /// @param chance of any thread
  public EtcdStore(
      EtcdSettings settings, LongSupplier nanos, RandomGenerator chance, Metrics metrics) {
    Executor executor = Executors.newVirtualThreadPerTaskExecutor();
    Endpoints endpoints = new Endpoints(settings.endpoints(), chance);
    this.connections = new Connections(settings, executor, nanos);
    Exchange exchange = new Exchange(connections, identity, executor, nanos);
    Authentication authentication = new Authentication(settings, exchange);
    this.gateway =
        new Gateway(
            settings.timeout(),
            endpoints,
            exchange,
            authentication,
            executor,
            nanos,
            chance,
            metrics);
    this.watchNeeds =
        new EtcdWatch.Needs(
            connections, endpoints, authentication, identity, settings.timeout(), executor, nanos);
    this.chance = chance;
    this.metrics = metrics;
  }

  @Override
  public CompletableFuture<Listing> list(String prefix) {
    Arguments.requireKey(prefix);
    Paging paging = new Paging(prefix);
    paging.next();
    return paging.listing;
  }

  /// The pages of one listing, one after another, all at the revision of the first.
  private final class Paging {
    private final String prefix;
    private final CompletableFuture<Listing> listing = new CompletableFuture<>();
    private final List<Entry> entries = new ArrayList<>();
    private int pageEntries = PAGE_ENTRIES;
    private int begun = 1;
    private long revision;
    private int generation;

    Paging(String prefix) {
      this.prefix = prefix;
    }

    void next() {
      String first = entries.isEmpty() ? prefix : entries.getLast().key() + '\0';
      byte[] body = GatewayMessages.page(prefix, first, revision, pageEntries);
      var _ =
          ask("kv/range", body, true)
              .thenAccept(this::take)
              .exceptionally(error -> {
                listing.completeExceptionally(StoreFailure.of(error));
                return null;
              });
    }

    private void take(Gateway.Answer answer) {
      if (isTooLong(answer) && pageEntries > 1) {
        pageEntries /= 2;
        next();
      } else if (isCompacted(answer) && begun < LISTINGS_BEGUN_MAX) {
        begun++;
        revision = 0;
        entries.clear();
        next();
      } else {
        JsonNode tree = given(answer);
        add(read(() -> GatewayMessages.page(tree)), read(() -> GatewayMessages.revision(tree)));
      }
    }

    private void add(GatewayMessages.Page page, long revisionNow) {
      if (revision == 0) {
        revision = revisionNow;
        generation = identity.generation();
      }
      entries.addAll(page.entries());
      if (entries.size() > ENTRIES_MAX || (page.more() && page.entries().isEmpty())) {
        throw new StoreFailure(
            Reason.UNINTELLIGIBLE,
            "etcd holds more than %d keys under %s: is another program writing there?"
                .formatted(ENTRIES_MAX, prefix));
      }
      if (generation != identity.generation()) {
        throw new StoreFailure(
            Reason.UNREACHABLE, "etcd was replaced while " + prefix + " was being read");
      }
      if (page.more()) {
        next();
      } else {
        listedGenerations.put(prefix, generation);
        listing.complete(new Listing(revision, entries, generation));
      }
    }
  }

  @Override
  public CompletableFuture<Listing> read(Collection<String> keys) {
    Arguments.requireKeys(keys);
    return ask("kv/txn", GatewayMessages.reads(keys), true)
        .thenApply(answer -> {
          JsonNode tree = given(answer);
          return read(() ->
              new Listing(
                  GatewayMessages.revision(tree),
                  GatewayMessages.entriesRead(tree),
                  identity.generation()));
        });
  }

  @Override
  public Watch watch(String prefix, long fromRevision, WatchListener listener) {
    Arguments.requireKey(prefix);
    // A revision of a cluster that has been replaced since means nothing in the new one.
    int generation = listedGenerations.getOrDefault(prefix, identity.generation());
    EtcdWatch watch =
        new EtcdWatch(watchNeeds, prefix, fromRevision, generation, listener, watches::remove);
    if (watches.size() >= WATCHES_MAX) {
      watch.refuse(
          new StoreFailure(Reason.OVERLOADED, WATCHES_MAX + " watches of etcd are open already"));
    } else {
      watches.add(watch);
      watch.open();
    }
    return watch;
  }

  @Override
  public CompletableFuture<Commit> commit(List<Condition> conditions, List<Write> writes) {
    Arguments.requireTransaction(conditions, writes);
    Set<String> guarded = conditions.stream().map(Condition::key).collect(Collectors.toSet());
    boolean exact = writes.stream().allMatch(write -> guarded.contains(write.key()));
    byte[] body = GatewayMessages.transaction(conditions, writes);
    return ask("kv/txn", body, exact)
        .thenApply(answer -> {
          JsonNode tree = given(answer);
          return read(() -> {
            long revision = GatewayMessages.revision(tree);
            if (GatewayMessages.succeeded(tree)) {
              return new Commit.Committed(revision);
            }
            Listing present = new Listing(revision, GatewayMessages.entriesRead(tree));
            return answer.perhapsDoneBefore()
                ? ofEarlierAttempt(present, writes)
                : refusal(present);
          });
        });
  }

  /// An attempt whose answer was lost may be what this one stumbled over: then the keys hold just
  /// what was to be written, all of one revision.
  private static Commit ofEarlierAttempt(Listing present, List<Write> writes) {
    Map<String, Entry> held = new HashMap<>();
    present.entries().forEach(entry -> held.put(entry.key(), entry));
    Set<Long> revisions = new HashSet<>();
    for (Write write : writes) {
      Entry entry = held.get(write.key());
      switch (write) {
        case Write.Put put -> {
          if (entry == null
              || entry.leaseId() != put.leaseId()
              || !Arrays.equals(entry.value(), put.value())) {
            return refusal(present);
          }
          revisions.add(entry.modRevision());
        }
        case Write.Remove _ -> {
          if (entry != null) {
            return refusal(present);
          }
        }
      }
    }
    return switch (revisions.size()) {
      case 0 -> new Commit.Committed(present.revision());
      case 1 -> new Commit.Committed(revisions.iterator().next());
      default -> refusal(present);
    };
  }

  private static Commit refusal(Listing present) {
    return new Commit.Refused(present);
  }

  @Override
  public CompletableFuture<Lease> grant(Duration timeToLive) {
    long seconds = Arguments.requireSeconds(timeToLive);
    // Chosen here, so that asking twice does not make two.
    long id = 1 + chance.nextLong(Long.MAX_VALUE - 1);
    return ask("lease/grant", GatewayMessages.grant(id, seconds), true)
        .thenApply(answer -> {
          if (answer.outcome() instanceof Exchange.Refused refused
              && refused.error().leaseExists()) {
            return new Lease(id, Duration.ofSeconds(seconds));
          }
          JsonNode tree = given(answer);
          OptionalLong granted = read(() -> GatewayMessages.timeToLive(tree));
          return new Lease(id, Duration.ofSeconds(granted.orElse(seconds)));
        });
  }

  @Override
  public CompletableFuture<Boolean> keepAlive(long leaseId) {
    return ask("lease/keepalive", GatewayMessages.leaseById(leaseId), true)
        .thenApply(answer -> {
          if (isLeaseGone(answer)) {
            return false;
          }
          JsonNode tree = given(answer);
          return read(() -> GatewayMessages.timeToLive(tree)).isPresent();
        });
  }

  @Override
  public CompletableFuture<Void> revoke(long leaseId) {
    return ask("lease/revoke", GatewayMessages.leaseById(leaseId), true)
        .thenAccept(answer -> {
          if (!isLeaseGone(answer)) {
            var _ = given(answer);
          }
        });
  }

  @Override
  public void close() {
    gateway.close();
    List.copyOf(watches).forEach(EtcdWatch::close);
    connections.close();
  }

  private CompletableFuture<Gateway.Answer> ask(String path, byte[] body, boolean repeatable) {
    return gateway.ask(new Question(path, body, ANSWER_BYTES_MAX), repeatable);
  }

  private static boolean isTooLong(Gateway.Answer answer) {
    return answer.outcome() instanceof Exchange.TooLong
        || (answer.outcome() instanceof Exchange.Refused refused
            && refused.error().answerTooLarge());
  }

  private static boolean isCompacted(Gateway.Answer answer) {
    return answer.outcome() instanceof Exchange.Refused refused
        && refused.error().reason() == Reason.COMPACTED;
  }

  private static boolean isLeaseGone(Gateway.Answer answer) {
    return answer.outcome() instanceof Exchange.Refused refused && refused.error().leaseIsGone();
  }

  /// @throws StoreFailure when etcd said no
  private JsonNode given(Gateway.Answer answer) {
    return switch (answer.outcome()) {
      case Exchange.Given given -> given.tree();
      case Exchange.Refused refused -> {
        metrics.count(Counter.CLUSTER_STORE_FAILURES);
        throw new StoreFailure(
            refused.error().reason(),
            answer.perhapsDoneBefore(),
            "etcd at %s refused: %s; %s"
                .formatted(answer.endpoint(), refused.error().message(), refused.error().advice()));
      }
      case Exchange.TooLong tooLong ->
          throw new StoreFailure(
              Reason.UNINTELLIGIBLE,
              "an answer of etcd at %s is longer than %d bytes: is another program writing there?"
                  .formatted(answer.endpoint(), tooLong.bytesMax()));
      case Exchange.Failed failed -> throw new StoreFailure(failed.reason(), failed.why());
    };
  }

  /// What reads a part of an answer.
  private interface Reading<T> {
    T read() throws GatewayMessages.Unreadable;
  }

  /// @throws StoreFailure when the answer is not as etcd's are
  private static <T> T read(Reading<T> reading) {
    try {
      return reading.read();
    } catch (GatewayMessages.Unreadable e) {
      throw new StoreFailure(Reason.UNINTELLIGIBLE, "an answer of etcd cannot be read: " + e.why());
    }
  }
}
