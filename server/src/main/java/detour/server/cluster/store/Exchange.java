package detour.server.cluster.store;

import detour.server.cluster.store.StoreFailure.Reason;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import tools.jackson.databind.JsonNode;

/// One request to one endpoint, and what became of it. Any thread.
final class Exchange {
  private static final int HTTP_OK = 200;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Connections connections;
  private final ClusterIdentity identity;
  private final Executor executor;
  private final LongSupplier nanos;

  Exchange(
      Connections connections, ClusterIdentity identity, Executor executor, LongSupplier nanos) {
    this.connections = connections;
    this.identity = identity;
    this.executor = executor;
    this.nanos = nanos;
  }

  /// @param path below `/v3/`
  /// @param answerBytesMax above which an answer is not read to its end
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Question(String path, byte[] body, int answerBytesMax) {}

  /// What became of a request.
  sealed interface Outcome {}

  /// etcd did what it was asked to.
  record Given(JsonNode tree) implements Outcome {}

  /// etcd said why not.
  record Refused(GatewayError error) implements Outcome {}

  /// etcd answered with more than was to be read.
  record TooLong(int bytesMax) implements Outcome {}

  /// There was no answer of etcd's.
  ///
  /// @param why as the end of a sentence that begins with the endpoint
  /// @param nothingDone whether it is certain that etcd never saw the request
  record Failed(Reason reason, String why, boolean nothingDone) implements Outcome {}

  /// Completes within the limit, never exceptionally, on a thread of the executor.
  ///
  /// @param token for who asks; empty where etcd asks for none
  CompletableFuture<Outcome> post(
      URI endpoint, Question question, Optional<String> token, long limitNanos) {
    CompletableFuture<HttpResponse<byte[]>> exchange;
    try {
      exchange =
          connections
              .client()
              .sendAsync(
                  request(endpoint, question.path(), question.body(), token).build(),
                  BoundedBody.handler(question.answerBytesMax()));
    } catch (TlsFiles.Unusable e) {
      return CompletableFuture.completedFuture(new Failed(Reason.FORBIDDEN, e.why(), true));
    }
    return exchange
        .copy()
        .orTimeout(limitNanos, TimeUnit.NANOSECONDS)
        .handleAsync(
            (response, error) -> {
              if (error != null) {
                // Closes the connection; nothing good comes of it any more.
                exchange.cancel(true);
                return isTooLong(error)
                    ? new TooLong(question.answerBytesMax())
                    : failed(error, limitNanos);
              }
              return outcome(response);
            },
            executor);
  }

  static HttpRequest.Builder request(
      URI endpoint, String path, byte[] body, Optional<String> token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.resolve("/v3/" + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    token.ifPresent(shown -> request.header("Authorization", shown));
    return request;
  }

  private Outcome outcome(HttpResponse<byte[]> response) {
    try {
      JsonNode tree = GatewayMessages.tree(response.body());
      // What etcd streams, as the answer to a keep-alive, is wrapped once more.
      JsonNode answer = tree.has("result") ? tree.path("result") : tree;
      if (response.statusCode() != HTTP_OK || tree.has("error")) {
        return tree.has("error") || tree.has("message")
            ? new Refused(GatewayError.of(tree))
            : noGateway(response);
      }
      long clusterId = GatewayMessages.header(answer).clusterId();
      if (clusterId == 0) {
        // Whatever else says yes must not be taken for an etcd that holds nothing.
        return noGateway(response);
      }
      if (!identity.accepts(clusterId, nanos.getAsLong())) {
        return new Failed(
            Reason.UNINTELLIGIBLE,
            "belongs to another etcd cluster (%s) than the others: take it from the endpoints"
                .formatted(Long.toHexString(clusterId)),
            false);
      }
      return new Given(answer);
    } catch (GatewayMessages.Unreadable e) {
      return noGateway(response);
    }
  }

  static Failed noGateway(HttpResponse<byte[]> response) {
    return new Failed(
        Reason.UNINTELLIGIBLE,
        ("answers with HTTP status %d and not as etcd's JSON gateway does: is it a client URL of"
                + " etcd 3.4 or later, with 'enable-grpc-gateway: true' where etcd reads a"
                + " configuration file")
            .formatted(response.statusCode()),
        false);
  }

  /// @param limitNanos how long the other side had
  static Failed failed(Throwable thrown, long limitNanos) {
    Throwable error = thrown;
    while (error instanceof CompletionException && error.getCause() != null) {
      error = error.getCause();
    }
    return switch (error) {
      case HttpConnectTimeoutException _ ->
          new Failed(Reason.UNREACHABLE, "does not accept connections in time", true);
      case TimeoutException _ ->
          new Failed(
              Reason.UNREACHABLE,
              "no answer within %.1f s".formatted(limitNanos / NANOS_PER_SECOND),
              false);
      case HttpTimeoutException _ -> new Failed(Reason.UNREACHABLE, "no answer in time", false);
      case ConnectException unreachable ->
          new Failed(
              Reason.UNREACHABLE,
              unreachable.getCause() instanceof UnresolvedAddressException
                  ? "its name does not resolve"
                  : "no connection",
              true);
      case SSLHandshakeException tls ->
          new Failed(Reason.FORBIDDEN, "TLS failed: " + words(tls), true);
      // With TLS 1.3 a client learns only after its request that its certificate was not accepted.
      case SSLException tls -> new Failed(Reason.FORBIDDEN, "TLS failed: " + words(tls), false);
      default -> new Failed(Reason.UNREACHABLE, "connection lost: " + words(error), false);
    };
  }

  private static boolean isTooLong(Throwable error) {
    return error instanceof BoundedBody.TooLong
        || (error.getCause() != null && isTooLong(error.getCause()));
  }

  private static String words(Throwable error) {
    String message = error.getMessage();
    return GatewayMessages.quoted(message == null ? error.getClass().getSimpleName() : message);
  }
}
