package detour.server.listen;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// How many TCP connections may be open, in all and for one client. Any thread.
///
/// When all places are taken, a new connection gets the place of the one that has been idle for
/// longest, so that whoever merely holds connections open keeps nobody else out.
final class TcpLimits {
  /// A connection that was active this recently is not closed to make room.
  private static final long EVICTABLE_AFTER_NANOS = 1_000_000_000;

  /// An IPv6 client commands a /64, so that is what counts as its address.
  private static final int IPV6_CLIENT_OCTETS = 8;

  private final int most;
  private final int mostPerClient;
  private final Metrics metrics;
  private final Set<TcpConnection> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger openCount = new AtomicInteger();
  private final ConcurrentHashMap<ByteBuffer, Integer> openByClient = new ConcurrentHashMap<>();

  TcpLimits(int most, int mostPerClient, Metrics metrics) {
    this.most = most;
    this.mostPerClient = mostPerClient;
    this.metrics = metrics;
  }

  /// Counts a connection in, or refuses it; one that was admitted must be [#released][#release].
  boolean admit(TcpConnection connection, InetAddress address) {
    ByteBuffer client = client(address);
    if (openByClient.merge(client, 1, Integer::sum) > mostPerClient) {
      forget(client);
      metrics.count(Counter.TCP_CONNECTIONS_REFUSED);
      return false;
    }
    if (openCount.incrementAndGet() > most && !evictOne()) {
      openCount.decrementAndGet();
      forget(client);
      metrics.count(Counter.TCP_CONNECTIONS_REFUSED);
      return false;
    }
    open.add(connection);
    metrics.count(Counter.TCP_CONNECTIONS_ACCEPTED);
    return true;
  }

  void release(TcpConnection connection, InetAddress address) {
    if (open.remove(connection)) {
      openCount.decrementAndGet();
    }
    forget(client(address));
  }

  /// The connections open now.
  Set<TcpConnection> open() {
    return open;
  }

  /// Closes the connection that has been idle for longest, if any has been for a while.
  private boolean evictOne() {
    long nowNanos = System.nanoTime();
    long longestNanos = EVICTABLE_AFTER_NANOS;
    TcpConnection longest = null;
    for (TcpConnection connection : open) {
      long idleNanos = connection.idleNanos(nowNanos);
      if (idleNanos > longestNanos) {
        longestNanos = idleNanos;
        longest = connection;
      }
    }
    // Whoever takes it out of the set has its place.
    if (longest == null || !open.remove(longest)) {
      return false;
    }
    openCount.decrementAndGet();
    metrics.count(Counter.TCP_CONNECTIONS_EVICTED);
    longest.close();
    return true;
  }

  private void forget(ByteBuffer client) {
    openByClient.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
  }

  /// An IPv4 address or an IPv6 prefix, compared by its octets.
  private static ByteBuffer client(InetAddress address) {
    byte[] all = address.getAddress();
    return ByteBuffer.wrap(all, 0, all.length == 4 ? 4 : IPV6_CLIENT_OCTETS);
  }
}
