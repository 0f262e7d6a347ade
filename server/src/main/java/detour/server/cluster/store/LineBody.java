package detour.server.cluster.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A body that is read line by line as it comes, each up to a limit. Completes, with nothing, when
/// it has ended.
final class LineBody implements HttpResponse.BodySubscriber<byte[]> {
  private static final byte[] NOTHING = new byte[0];

  private final int lineBytesMax;
  private final Consumer<byte[]> lines;
  private final CompletableFuture<byte[]> end = new CompletableFuture<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private Flow.@Nullable Subscription subscription;

  /// @param lines is given one line after another, none of them empty
  LineBody(int lineBytesMax, Consumer<byte[]> lines) {
    this.lineBytesMax = lineBytesMax;
    this.lines = lines;
  }

  @Override
  public void onSubscribe(Flow.Subscription granted) {
    subscription = granted;
    granted.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      take(buffer);
    }
    if (subscription == null) {
      return;
    }
    if (line.size() > lineBytesMax) {
      subscription.cancel();
      end.completeExceptionally(new IOException("a line longer than " + lineBytesMax + " bytes"));
    } else {
      subscription.request(1);
    }
  }

  private void take(ByteBuffer buffer) {
    byte[] octets = new byte[buffer.remaining()];
    buffer.get(octets);
    int start = 0;
    for (int i = 0; i < octets.length; i++) {
      if (octets[i] == '\n') {
        line.write(octets, start, i - start);
        start = i + 1;
        if (line.size() > 0) {
          byte[] whole = line.toByteArray();
          line.reset();
          lines.accept(whole);
        }
      }
    }
    line.write(octets, start, octets.length - start);
  }

  @Override
  public void onError(Throwable error) {
    end.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    end.complete(NOTHING);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return end;
  }
}
