package detour.server.cluster.store;

import detour.server.cluster.store.StoreFailure.Reason;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Requests to whichever endpoint of etcd answers: one after another until one does, or the time is
/// over. Any thread.
///
/// A request is tried at each endpoint once, then at all of them again after a pause that grows;
/// what may not be done twice is not repeated unless it is certain that it was not done.
final class Gateway {
  /// How many requests may be under way; more are refused at once.
  static final int OUTSTANDING_MAX = 64;

  private static final int ATTEMPTS_OF_TIMEOUT = 3;
  private static final int NEW_TOKENS_MAX = 2;
  private static final long PAUSE_FIRST_NANOS = 100_000_000L;
  private static final int PAUSE_DOUBLINGS_MAX = 4;

  private final Duration timeout;
  private final Endpoints endpoints;
  private final Exchange exchange;
  private final Authentication authentication;
  private final Executor executor;
  private final LongSupplier nanos;
  private final RandomGenerator chance;
  private final Metrics metrics;
  private final Set<Call> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Gateway(
      Duration timeout,
      Endpoints endpoints,
      Exchange exchange,
      Authentication authentication,
      Executor executor,
      LongSupplier nanos,
      RandomGenerator chance,
      Metrics metrics) {
    this.timeout = timeout;
    this.endpoints = endpoints;
    this.exchange = exchange;
    this.authentication = authentication;
    this.executor = executor;
    this.nanos = nanos;
    this.chance = chance;
    this.metrics = metrics;
  }

  /// What etcd answered in the end.
  ///
  /// @param outcome anything but [Exchange.Failed]
  /// @param perhapsDoneBefore whether an earlier attempt may have been carried out too
  record Answer(URI endpoint, Exchange.Outcome outcome, boolean perhapsDoneBefore) {}

  /// @param repeatable whether doing it twice is as good as once, or can be told from it
  CompletableFuture<Answer> ask(Exchange.Question question, boolean repeatable) {
    Call call = new Call(question, repeatable);
    if (underWay.size() >= OUTSTANDING_MAX) {
      call.fail(
          Reason.OVERLOADED,
          "%d requests to etcd are under way already: etcd is too slow for what this node asks of it"
              .formatted(OUTSTANDING_MAX));
      return call.answer;
    }
    underWay.add(call);
    var _ = call.answer.whenComplete((_, _) -> underWay.remove(call));
    if (closed) {
      call.close();
    } else {
      call.attempt();
    }
    return call.answer;
  }

  /// Fails what is under way and whatever is asked from here on.
  void close() {
    closed = true;
    underWay.forEach(Call::close);
  }

  /// One request with all its attempts, one at a time.
  private final class Call {
    private final Exchange.Question question;
    private final boolean repeatable;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final long deadlineNanos = nanos.getAsLong() + ATTEMPTS_OF_TIMEOUT * timeout.toNanos();
    private final Set<URI> tried = new HashSet<>();
    private final Map<URI, String> failures = new LinkedHashMap<>();
    private int rounds;
    private int newTokens;
    private boolean perhapsDone;
    private Reason lastReason = Reason.UNREACHABLE;

    Call(Exchange.Question question, boolean repeatable) {
      this.question = question;
      this.repeatable = repeatable;
    }

    void attempt() {
      long leftNanos = deadlineNanos - nanos.getAsLong();
      if (answer.isDone()) {
        return;
      }
      if (leftNanos <= 0) {
        giveUp();
        return;
      }
      URI endpoint = endpoints.next(tried, nanos.getAsLong());
      var _ =
          authentication
              .token(endpoint)
              .whenComplete((token, error) -> {
                if (error == null) {
                  send(endpoint, token, Math.min(leftNanos, timeout.toNanos()));
                } else {
                  noToken(endpoint, error);
                }
              });
    }

    private void send(URI endpoint, Optional<String> token, long limitNanos) {
      var _ =
          exchange
              .post(endpoint, question, token, limitNanos)
              .thenAccept(outcome -> {
                switch (outcome) {
                  case Exchange.Given given -> answered(endpoint, given);
                  case Exchange.TooLong tooLong -> answered(endpoint, tooLong);
                  case Exchange.Refused refused -> refused(endpoint, token, refused);
                  case Exchange.Failed failed ->
                      goOn(endpoint, failed.reason(), failed.why(), failed.nothingDone());
                }
              });
    }

    private void answered(URI endpoint, Exchange.Outcome outcome) {
      endpoints.answered(endpoint);
      answer.complete(new Answer(endpoint, outcome, perhapsDone));
    }

    private void refused(URI endpoint, Optional<String> token, Exchange.Refused refused) {
      GatewayError error = refused.error();
      if (error.wantsNewToken() && authentication.wanted() && newTokens < NEW_TOKENS_MAX) {
        newTokens++;
        authentication.refused(token);
        attempt();
      } else if (error.mayPass()) {
        goOn(endpoint, error.reason(), error.message(), error.nothingDone());
      } else {
        answered(endpoint, refused);
      }
    }

    private void noToken(URI endpoint, Throwable error) {
      StoreFailure why = StoreFailure.of(error);
      String told = String.valueOf(why.getMessage());
      if (why.reason() == Reason.FORBIDDEN) {
        fail(Reason.FORBIDDEN, "etcd at " + endpoint + ": " + told);
      } else {
        goOn(endpoint, why.reason(), told, true);
      }
    }

    private void goOn(URI endpoint, Reason reason, String why, boolean nothingDone) {
      endpoints.failed(endpoint, nanos.getAsLong());
      failures.put(endpoint, why);
      lastReason = reason;
      perhapsDone |= !nothingDone;
      tried.add(endpoint);
      if (perhapsDone && !repeatable) {
        giveUp();
        return;
      }
      long pauseNanos = 0;
      if (tried.size() >= endpoints.count()) {
        tried.clear();
        pauseNanos = pauseNanos(rounds++);
      }
      if (nanos.getAsLong() + pauseNanos >= deadlineNanos) {
        giveUp();
      } else {
        CompletableFuture.delayedExecutor(pauseNanos, TimeUnit.NANOSECONDS, executor)
            .execute(this::attempt);
      }
    }

    private long pauseNanos(int round) {
      long pause = PAUSE_FIRST_NANOS << Math.min(round, PAUSE_DOUBLINGS_MAX);
      return pause / 2 + chance.nextLong(pause);
    }

    private void giveUp() {
      String told =
          failures.entrySet().stream()
              .map(failure -> failure.getKey() + ": " + failure.getValue())
              .collect(Collectors.joining("; "));
      fail(
          lastReason,
          "etcd did not do '%s'%s: %s. %s"
              .formatted(
                  question.path(),
                  perhapsDone && !repeatable ? ", or did it unseen" : "",
                  told,
                  advice(lastReason)));
    }

    private void fail(Reason reason, String message) {
      metrics.count(Counter.CLUSTER_STORE_FAILURES);
      answer.completeExceptionally(new StoreFailure(reason, perhapsDone, message));
    }

    void close() {
      answer.completeExceptionally(
          new StoreFailure(Reason.CLOSED, perhapsDone, "the store was closed by this node"));
    }
  }

  private static String advice(Reason reason) {
    return switch (reason) {
      case FORBIDDEN -> "Check the certificates, the user and etcd's log.";
      case UNINTELLIGIBLE -> "Check the endpoints.";
      default -> "Does etcd run with a majority of its members, and can this node reach them?";
    };
  }
}
