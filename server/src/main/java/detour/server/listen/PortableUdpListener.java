package detour.server.listen;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.AnswerTable;
import detour.dns.answer.ClientAddress;
import detour.dns.answer.RateBuckets;
import detour.dns.answer.Responder;
import detour.dns.answer.Transport;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// UDP by the JDK's datagram channel: one socket, one thread, one datagram at a time.
final class PortableUdpListener implements UdpListener {
  private static final Logger LOG = LoggerFactory.getLogger(PortableUdpListener.class);

  /// One octet more than is answered, to tell a datagram that was cut from one that just fits.
  private static final int BUFFER_BYTES = 4096 + 1;

  /// How many datagrams are answered by one answer table, and with one reading of the clock.
  private static final int BATCH = 64;

  /// How many datagrams are still answered after the stop.
  private static final int LAST_DATAGRAMS = 4096;

  private static final int FAILURES_BEFORE_PAUSE = 8;
  private static final long PAUSE_NANOS = 10_000_000;

  private final InetSocketAddress address;
  private final DatagramChannel channel;
  private final Selector selector;
  private final Responder responder;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final MemorySegment memory = MemorySegment.ofBuffer(buffer);
  private final Supplier<AnswerTable> table;
  private final Metrics metrics;
  private final ProxyDatagrams proxies;
  private final ListenerThreads threads;
  private final FailureLog failures;
  private int failuresInARow;
  private volatile boolean stopping;

  private PortableUdpListener(
      InetSocketAddress address,
      DatagramChannel channel,
      Selector selector,
      int payloadBytes,
      List<AddressPrefix> proxies,
      RateBuckets buckets,
      ListenerThreads threads,
      Supplier<AnswerTable> table,
      Metrics metrics) {
    this.address = address;
    this.channel = channel;
    this.selector = selector;
    this.proxies = new ProxyDatagrams(proxies, metrics);
    responder = new Responder(ThreadLocalRandom.current().nextLong(), payloadBytes, buckets);
    this.threads = threads;
    this.table = table;
    this.metrics = metrics;
    failures = new FailureLog("UDP listener on " + address);
  }

  /// @param shared whether another socket of this server has the same port for the other family's
  ///   wildcard, which the IPv6 one takes too unless it is shared
  static PortableUdpListener open(
      InetSocketAddress address,
      boolean shared,
      SocketSettings settings,
      ListenerThreads.Names names,
      RateBuckets buckets,
      Supplier<AnswerTable> table,
      Metrics metrics)
      throws IOException {
    boolean ipv4 = address.getAddress() instanceof Inet4Address;
    DatagramChannel channel =
        DatagramChannel.open(ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, settings.udp().receiveBufferBytes());
      if (shared) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      channel.configureBlocking(false);
      channel.bind(address);
      Selector selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
      int port = channel.socket().getLocalPort();
      return new PortableUdpListener(
          new InetSocketAddress(address.getAddress(), port),
          channel,
          selector,
          settings.udp().payloadBytes(),
          settings.proxies(),
          buckets,
          new ListenerThreads(names),
          table,
          metrics);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public List<Responder> responders() {
    return List.of(responder);
  }

  @Override
  public void start() {
    threads.newThread(this::run).start();
  }

  @Override
  public void stop() {
    stopping = true;
    selector.wakeup();
  }

  @Override
  public void close() {
    stop();
    if (!threads.awaitEnd()) {
      return;
    }
    try {
      selector.close();
      channel.close();
    } catch (IOException e) {
      LOG.debug("Closing the UDP socket of {}", address, e);
    }
  }

  @Override
  public String description() {
    return "UDP portable, 1 thread";
  }

  private void run() {
    while (!stopping) {
      try {
        selector.select();
        selector.selectedKeys().clear();
        serve(BATCH);
        failuresInARow = 0;
      } catch (IOException e) {
        receivingFailed(e);
      } catch (Throwable e) {
        // Even an Error: a server that stops answering is worse than one that is short of memory.
        metrics.count(Counter.LISTENER_FAILURES);
        failures.report("a batch failed", e);
      }
    }
    try {
      serve(LAST_DATAGRAMS);
    } catch (IOException e) {
      LOG.debug("Answering the last queries of {}", address, e);
    }
  }

  /// Answers what is queued, up to so many datagrams.
  private void serve(int most) throws IOException {
    AnswerTable current = table.get();
    long nowMillis = System.currentTimeMillis();
    for (int i = 0; i < most; i++) {
      buffer.clear();
      SocketAddress client = channel.receive(buffer);
      if (client == null) {
        return;
      }
      int length = buffer.position();
      if (length == 0 || length == BUFFER_BYTES) {
        metrics.count(Counter.UDP_UNREADABLE);
        continue;
      }
      ClientAddress address = address(client);
      int query = proxies.query(memory, 0, length, address);
      int response = query == 0 ? 0 : respond(current, query, address, nowMillis);
      if (response > 0) {
        send(response, client);
      }
    }
  }

  private static ClientAddress address(SocketAddress client) {
    return client instanceof InetSocketAddress socket
        ? ClientAddress.of(socket.getAddress().getAddress())
        : new ClientAddress();
  }

  private int respond(AnswerTable current, int length, ClientAddress client, long nowMillis) {
    try {
      return responder.respond(
          current, memory, 0, length, BUFFER_BYTES, Transport.UDP, client, nowMillis);
    } catch (RuntimeException | StackOverflowError e) {
      metrics.count(Counter.LISTENER_FAILURES);
      failures.report("a query failed", e);
      return 0;
    }
  }

  private void send(int length, SocketAddress client) {
    buffer.clear().limit(length);
    try {
      if (channel.send(buffer, client) == 0) {
        metrics.count(Counter.UDP_SEND_FAILURES); // the device's queue is full
      }
    } catch (IOException | RuntimeException e) {
      // This reply's address: unreachable, forbidden by a packet filter, port 0, ...
      metrics.count(Counter.UDP_SEND_FAILURES);
    }
  }

  private void receivingFailed(IOException cause) {
    metrics.count(Counter.UDP_RECEIVE_FAILURES);
    failuresInARow++;
    if (failuresInARow > FAILURES_BEFORE_PAUSE) {
      failures.report("receiving fails", cause);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
