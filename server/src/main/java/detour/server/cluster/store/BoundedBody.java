package detour.server.cluster.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// The body of an answer in memory, up to a limit; a longer one ends in [TooLong].
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
  private final int bytesMax;
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private Flow.@Nullable Subscription subscription;

  /// The answer was longer than anything that was asked for.
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong(int bytesMax) {
      super("longer than " + bytesMax + " bytes");
    }
  }

  private BoundedBody(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  static HttpResponse.BodyHandler<byte[]> handler(int bytesMax) {
    return _ -> new BoundedBody(bytesMax);
  }

  @Override
  public void onSubscribe(Flow.Subscription toCancel) {
    subscription = toCancel;
    toCancel.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      if (received.size() + buffer.remaining() > bytesMax) {
        if (subscription != null) {
          subscription.cancel();
        }
        body.completeExceptionally(new TooLong(bytesMax));
        return;
      }
      byte[] octets = new byte[buffer.remaining()];
      buffer.get(octets);
      received.writeBytes(octets);
    }
  }

  @Override
  public void onError(Throwable error) {
    body.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    body.complete(received.toByteArray());
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }
}
