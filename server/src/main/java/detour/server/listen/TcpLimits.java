package detour.server.listen;

import detour.dns.answer.ClientAddress;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// How many connections may be open, in all and for one client, and for how long they may be idle.
/// Any thread.
///
/// The fewer places are left, the shorter a connection may be idle. When all are taken, a new
/// connection gets the place of the one that has been idle for longest, so that whoever merely
/// holds connections open keeps nobody else out.
final class TcpLimits {
  /// A connection that was active this recently is not closed to make room.
  private static final long EVICTABLE_AFTER_NANOS = 1_000_000_000;

  /// However few places are left: time enough for a client that has a next query to send it.
  private static final long SHORTEST_IDLE_NANOS = 2_000_000_000;

  /// With less than one place in so many left, clients are asked to close their connections.
  private static final int SHORT_OF_PLACES = 8;

  private final int most;
  private final int mostPerClient;
  private final long idleNanos;
  private final Metrics metrics;
  private final Set<TcpConnection> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger openCount = new AtomicInteger();
  private final ConcurrentHashMap<ClientPrefix, Integer> openByClient = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  TcpLimits(SocketSettings settings, Metrics metrics) {
    this.most = settings.tcp().connections();
    this.mostPerClient = settings.tcp().connectionsPerClient();
    this.idleNanos = settings.tcp().idleTimeout().toNanos();
    this.metrics = metrics;
  }

  /// Gives a connection one of all places, or refuses it; one that got it must be
  /// [#released][#release].
  boolean admit(TcpConnection connection) {
    if (openCount.incrementAndGet() > most && !evictOne()) {
      openCount.decrementAndGet();
      metrics.count(Counter.TCP_CONNECTIONS_REFUSED);
      return false;
    }
    open.add(connection);
    metrics.count(Counter.TCP_CONNECTIONS_ACCEPTED);
    return true;
  }

  void release(TcpConnection connection) {
    if (open.remove(connection)) {
      openCount.decrementAndGet();
    }
  }

  /// Takes one of a client's places, or tells that none is left; one that was taken must be
  /// [#left][#leave].
  boolean enter(ClientAddress client) {
    ClientPrefix prefix = ClientPrefix.of(client);
    if (openByClient.merge(prefix, 1, Integer::sum) > mostPerClient) {
      forget(prefix);
      metrics.count(Counter.TCP_CONNECTIONS_REFUSED);
      return false;
    }
    return true;
  }

  void leave(ClientAddress client) {
    forget(ClientPrefix.of(client));
  }

  /// The connections open now.
  Set<TcpConnection> open() {
    return open;
  }

  /// From now on clients are asked to close their connections.
  void stop() {
    stopping = true;
  }

  /// For how long a connection may be idle at present: as configured while half of all places are
  /// free, then the less, the fewer are.
  long idleNanos() {
    int free = most - openCount.get();
    if (2L * free >= most) {
      return idleNanos;
    }
    long shortest = Math.min(idleNanos, SHORTEST_IDLE_NANOS);
    return Math.max(shortest, idleNanos / most * 2 * Math.max(0, free));
  }

  /// What clients are told that ask for how long they may be idle, in milliseconds; 0 asks them to
  /// close the connection (RFC 7828 section 3.3.2).
  long toldIdleMillis() {
    boolean isShort = (most - openCount.get()) * (long) SHORT_OF_PLACES < most;
    return stopping || isShort ? 0 : idleNanos() / 1_000_000;
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

  private void forget(ClientPrefix client) {
    openByClient.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
  }
}
