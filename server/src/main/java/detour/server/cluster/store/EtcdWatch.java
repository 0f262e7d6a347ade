package detour.server.cluster.store;

import detour.server.cluster.store.GatewayMessages.WatchMessage;
import detour.server.cluster.store.StoreFailure.Reason;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A watch on one endpoint: a request whose answer does not end, one message a line.
///
/// Nothing is concluded from the revision in a message's header, which is the store's at the time
/// of sending and runs ahead of the changes that are still to come; only changes tell how far the
/// watch is.
final class EtcdWatch implements Watch {
  private static final int LINE_BYTES_MAX = 16 << 20;
  private static final int ERROR_BYTES_MAX = 65_536;
  private static final int CHANGES_MAX = 1_000_000;
  private static final int HTTP_OK = 200;

  private final Needs needs;
  private final byte[] question;
  private final WatchListener listener;
  private final int generation;
  private final Consumer<EtcdWatch> onEnd;
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Change> incomplete = new ArrayList<>();
  private volatile @Nullable Stream stream;
  private boolean newTokenTried;
  private long reached;

  /// What all watches of a store share.
  record Needs(
      Connections connections,
      Endpoints endpoints,
      Authentication authentication,
      ClusterIdentity identity,
      Duration timeout,
      Executor executor,
      LongSupplier nanos) {}

  /// @param generation of the cluster's identity that `fromRevision` belongs to
  /// @param onEnd is told of its end, whoever brought it about
  EtcdWatch(
      Needs needs,
      String prefix,
      long fromRevision,
      int generation,
      WatchListener listener,
      Consumer<EtcdWatch> onEnd) {
    this.needs = needs;
    this.question = GatewayMessages.watch(prefix, fromRevision);
    this.listener = listener;
    this.generation = generation;
    this.onEnd = onEnd;
    this.reached = fromRevision - 1;
  }

  /// Ends it before it began.
  void refuse(StoreFailure why) {
    needs.executor().execute(() -> end(why));
  }

  void open() {
    URI endpoint = needs.endpoints().next(Set.of(), needs.nanos().getAsLong());
    var _ =
        needs
            .authentication()
            .token(endpoint)
            .whenCompleteAsync(
                (token, error) -> {
                  if (error == null) {
                    send(endpoint, token);
                  } else {
                    StoreFailure why = StoreFailure.of(error);
                    failed(
                        endpoint,
                        new Exchange.Failed(why.reason(), String.valueOf(why.getMessage()), true));
                  }
                },
                needs.executor());
  }

  private void send(URI endpoint, Optional<String> token) {
    Stream next = new Stream(endpoint, token);
    stream = next;
    next.begin();
    if (over.get()) {
      next.abandon();
    }
  }

  /// The answer as it comes from one endpoint.
  private final class Stream implements HttpResponse.BodyHandler<byte[]> {
    private final URI endpoint;
    private final Optional<String> token;
    private volatile @Nullable CompletableFuture<HttpResponse<byte[]>> exchange;
    private volatile boolean opened;
    private volatile boolean abandoned;

    Stream(URI endpoint, Optional<String> token) {
      this.endpoint = endpoint;
      this.token = token;
    }

    void begin() {
      CompletableFuture<HttpResponse<byte[]>> sent;
      try {
        sent =
            needs
                .connections()
                .client()
                .sendAsync(
                    // Ends the watch on a member that has lost the others, where it would be
                    // silent.
                    Exchange.request(endpoint, "watch", question, token)
                        .header("Grpc-Metadata-hasleader", "true")
                        .build(),
                    this);
      } catch (TlsFiles.Unusable e) {
        failed(endpoint, new Exchange.Failed(Reason.FORBIDDEN, e.why(), true));
        return;
      }
      exchange = sent;
      CompletableFuture.delayedExecutor(
              needs.timeout().toNanos(), TimeUnit.NANOSECONDS, needs.executor())
          .execute(this::requireOpen);
      var _ = sent.whenCompleteAsync(this::ended, needs.executor());
    }

    private void requireOpen() {
      if (!opened && !abandoned) {
        failed(
            endpoint,
            new Exchange.Failed(Reason.UNREACHABLE, "does not open a watch in time", true));
      }
    }

    /// Whatever comes of it no longer counts.
    void abandon() {
      abandoned = true;
      CompletableFuture<HttpResponse<byte[]>> sent = exchange;
      if (sent != null) {
        sent.cancel(true);
      }
    }

    @Override
    public HttpResponse.BodySubscriber<byte[]> apply(HttpResponse.ResponseInfo info) {
      return info.statusCode() == HTTP_OK
          ? new LineBody(LINE_BYTES_MAX, this::line)
          : BoundedBody.handler(ERROR_BYTES_MAX).apply(info);
    }

    private void line(byte[] line) {
      if (over.get() || abandoned) {
        return;
      }
      try {
        JsonNode tree = GatewayMessages.tree(line);
        if (tree.has("error")) {
          refused(GatewayError.of(tree));
        } else {
          message(tree.path("result"));
        }
      } catch (GatewayMessages.Unreadable e) {
        failed(endpoint, new Exchange.Failed(Reason.UNINTELLIGIBLE, e.why(), false));
      }
    }

    private void message(JsonNode result) throws GatewayMessages.Unreadable {
      long clusterId = GatewayMessages.header(result).clusterId();
      if (clusterId == 0
          || !needs.identity().accepts(clusterId, needs.nanos().getAsLong())
          || needs.identity().generation() != generation) {
        failed(
            endpoint,
            new Exchange.Failed(
                Reason.UNINTELLIGIBLE, "is none of the etcd cluster of before", false));
        return;
      }
      WatchMessage message = GatewayMessages.watchMessage(result);
      if (message.canceled()) {
        canceled(message);
        return;
      }
      if (message.created()) {
        opened = true;
        needs.endpoints().answered(endpoint);
      }
      take(message);
    }

    private void canceled(WatchMessage message) {
      if (message.compactRevision() > 0) {
        end(
            new StoreFailure(
                Reason.COMPACTED,
                "etcd at %s has forgotten what came before revision %d: all is read anew"
                    .formatted(endpoint, message.compactRevision())));
      } else {
        // etcd 3.4 tells of a token that ran out as of a missing permission, or without a word.
        refused(
            GatewayError.permissionDenied(
                message.cancelReason().isEmpty() ? "watch refused" : message.cancelReason()));
      }
    }

    private void take(WatchMessage message) {
      for (Change change : message.changes()) {
        long before = incomplete.isEmpty() ? reached + 1 : incomplete.getLast().revision();
        if (change.revision() < before || incomplete.size() >= CHANGES_MAX) {
          failed(
              endpoint,
              new Exchange.Failed(
                  Reason.UNINTELLIGIBLE, "changes out of order or without end", false));
          return;
        }
        incomplete.add(change);
      }
      if (!message.fragment() && !incomplete.isEmpty()) {
        List<Change> complete = List.copyOf(incomplete);
        incomplete.clear();
        reached = complete.getLast().revision();
        listener.changed(complete);
      }
    }

    private void refused(GatewayError error) {
      boolean tokenMayBeOld =
          error.wantsNewToken() || (!opened && error.reason() == Reason.FORBIDDEN);
      if (tokenMayBeOld && needs.authentication().wanted() && !newTokenTried) {
        newTokenTried = true;
        needs.authentication().refused(token);
        abandon();
        open();
        return;
      }
      failed(
          endpoint,
          new Exchange.Failed(error.reason(), error.message() + "; " + error.advice(), false));
    }

    private void ended(@Nullable HttpResponse<byte[]> response, @Nullable Throwable error) {
      if (over.get() || abandoned) {
        return;
      }
      if (error != null) {
        failed(endpoint, Exchange.failed(error, needs.timeout().toNanos()));
      } else if (response == null || response.statusCode() == HTTP_OK) {
        failed(endpoint, new Exchange.Failed(Reason.UNREACHABLE, "ended the watch", false));
      } else {
        try {
          refused(GatewayError.of(GatewayMessages.tree(response.body())));
        } catch (GatewayMessages.Unreadable e) {
          failed(endpoint, Exchange.noGateway(response));
        }
      }
    }
  }

  private void failed(URI endpoint, Exchange.Failed failed) {
    if (!over.get()) {
      needs.endpoints().failed(endpoint, needs.nanos().getAsLong());
    }
    end(new StoreFailure(failed.reason(), "watch of etcd at " + endpoint + ": " + failed.why()));
  }

  private void end(StoreFailure why) {
    if (over.compareAndSet(false, true)) {
      release();
      listener.ended(why);
    }
  }

  @Override
  public void close() {
    if (over.compareAndSet(false, true)) {
      release();
    }
  }

  private void release() {
    onEnd.accept(this);
    Stream present = stream;
    if (present != null) {
      present.abandon();
    }
  }
}
