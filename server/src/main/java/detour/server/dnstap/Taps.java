package detour.server.dnstap;

import detour.server.metrics.Counter;
import detour.server.metrics.Exposition;
import detour.server.metrics.Metrics;
import detour.server.metrics.Sample;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The rings of all listener threads, and the thread `dnstap` that sends what is in them. While the
/// receiver cannot be reached, or does not keep up, the rings fill and exchanges are dropped.
public final class Taps implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Taps.class);

  private static final int DATAGRAM_RING = 1 << 20;
  private static final int STREAM_RING = 1 << 21;
  private static final int LARGEST_DATAGRAM = 4_096;
  private static final int LARGEST_MESSAGE = 65_535;

  /// So long may an exchange lie in its ring before it is looked for: nobody is woken on the way of
  /// a query.
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final long END_MILLIS = 500;

  /// Taken from one ring before the next has its turn.
  private static final int TURN = 256;

  private final @Nullable TapSettings settings;
  private final Metrics metrics;
  private final List<TapRing> rings = new CopyOnWriteArrayList<>();
  private volatile boolean stopping;
  private volatile @Nullable SocketChannel channel;
  private volatile boolean connected;
  private @Nullable Thread thread;
  private boolean complained;

  /// @param settings null for no dnstap
  public Taps(@Nullable TapSettings settings, Metrics metrics) {
    this.settings = settings;
    this.metrics = metrics;
  }

  /// For a listener thread whose messages are datagrams.
  ///
  /// @param local where it listens
  public TapRing ofDatagrams(InetSocketAddress local) {
    return ring(DATAGRAM_RING, LARGEST_DATAGRAM, local);
  }

  /// For an event loop of connections.
  public TapRing ofStreams() {
    return ring(STREAM_RING, LARGEST_MESSAGE, null);
  }

  /// Starts sending.
  public void start() {
    TapSettings to = settings;
    if (to != null) {
      thread = Thread.ofPlatform().daemon().name("dnstap").start(() -> run(to));
    }
  }

  /// Registers what is dropped and whether the receiver is there, where there is one.
  public void exposeTo(Exposition exposition) {
    if (settings == null) {
      return;
    }
    exposition.counter(
        "detour_dnstap_dropped",
        "Exchanges that were not reported by dnstap because the receiver did not keep up.",
        List.of(),
        () -> List.of(Sample.of((double) rings.stream().mapToLong(TapRing::dropped).sum())));
    exposition.gauge(
        "detour_dnstap_connected",
        "1 while the receiver of dnstap takes frames, else 0.",
        List.of(),
        () -> List.of(Sample.of(connected ? 1 : 0)));
  }

  /// Sends what is left, within half a second.
  @Override
  public void close() {
    stopping = true;
    Thread sender = thread;
    if (sender == null) {
      return;
    }
    LockSupport.unpark(sender);
    try {
      if (!sender.join(Duration.ofMillis(END_MILLIS))) {
        abandon();
      }
    } catch (InterruptedException e) {
      abandon();
      Thread.currentThread().interrupt();
    }
  }

  private TapRing ring(int octets, int largest, @Nullable InetSocketAddress local) {
    TapSettings to = settings;
    if (to == null) {
      return new TapRing();
    }
    long seed = ThreadLocalRandom.current().nextLong();
    TapRing ring = new TapRing(octets, largest, to.oneIn(), local, seed);
    rings.add(ring);
    return ring;
  }

  private void run(TapSettings to) {
    TapMessages messages = new TapMessages(to);
    while (!stopping) {
      try (SocketChannel opened = FrameStream.channelTo(to.receiver())) {
        channel = opened;
        FrameStream stream = FrameStream.open(opened, to.receiver());
        connected = true;
        complained = false;
        LOG.info("dnstap goes to {}", to.receiver());
        send(stream, messages);
      } catch (IOException e) {
        lost(to, e);
      } finally {
        connected = false;
      }
      if (!stopping) {
        LockSupport.parkNanos(RETRY_AFTER.toNanos());
      }
    }
  }

  /// Until this is closed; then what is left is sent, and the stream ended in order.
  private void send(FrameStream stream, TapMessages messages) throws IOException {
    boolean last;
    do {
      last = stopping;
      boolean some = false;
      for (TapRing ring : rings) {
        some |= send(ring, stream, messages);
      }
      stream.flush();
      if (!some && !last) {
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      }
    } while (!last);
    stream.finish();
  }

  private boolean send(TapRing ring, FrameStream stream, TapMessages messages) throws IOException {
    for (int i = 0; i < TURN; i++) {
      TappedExchange exchange = ring.poll();
      if (exchange == null) {
        return i > 0;
      }
      stream.write(messages.query(exchange));
      metrics.count(Counter.DNSTAP_FRAMES);
      if (exchange.response().length > 0) {
        stream.write(messages.response(exchange));
        metrics.count(Counter.DNSTAP_FRAMES);
      }
    }
    return true;
  }

  private void lost(TapSettings to, IOException e) {
    if (stopping) {
      return;
    }
    metrics.count(Counter.DNSTAP_CONNECTIONS_FAILED);
    if (!complained) {
      complained = true;
      LOG.warn(
          "dnstap to {}: {}; it is tried each second, and what is not taken is dropped",
          to.receiver(),
          e.getMessage());
    }
  }

  private void abandon() {
    SocketChannel open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("closing dnstap", e);
      }
    }
  }
}
