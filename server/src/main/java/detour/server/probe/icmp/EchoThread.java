package detour.server.probe.icmp;

import detour.server.linux.Errno;
import detour.server.linux.IcmpSocket;
import detour.server.linux.IcmpWait;
import detour.server.linux.SystemCallException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Sends echo requests and hands out their replies, until it has been idle for a while.
///
/// Thread: one of its own, `probe-icmp`, which alone touches the sockets (one for each family, and
/// for each source address that checks name) and the table of what is under way. [#accept] may be
/// called by any thread.
final class EchoThread implements Runnable {
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SOCKETS_MAX = 256;
  private static final int UNDERWAY_MAX = 1 << 15;
  private static final int SEQUENCES = 1 << 16;

  /// So many packets, then the other sockets and the requests have their turn.
  private static final int RECEIVED_PER_TURN_MAX = 256;

  private final LongSupplier nanoClock;
  private final long idleNanos;
  private final RandomGenerator random = new SecureRandom();
  private final IcmpWait waiting;
  private final Map<Way, OpenWay> ways = new HashMap<>();

  /// Under the lock of this object, as is `ended`.
  private final Queue<EchoRequest> asked = new ArrayDeque<>();

  private boolean ended;

  private EchoThread(LongSupplier nanoClock, long idleNanos, IcmpWait waiting) {
    this.nanoClock = nanoClock;
    this.idleNanos = idleNanos;
    this.waiting = waiting;
  }

  /// @throws SystemCallException when this process has no file descriptor left
  static EchoThread start(LongSupplier nanoClock, long idleNanos) throws SystemCallException {
    EchoThread started = new EchoThread(nanoClock, idleNanos, new IcmpWait());
    Thread.ofPlatform().name("probe-icmp").daemon().start(started);
    return started;
  }

  /// Takes a request to be sent soon; false when this thread has ended.
  synchronized boolean accept(EchoRequest request) {
    if (ended) {
      return false;
    }
    asked.add(request);
    waiting.wake();
    return true;
  }

  @Override
  public void run() {
    try {
      work();
    } finally {
      // After a fault of ours too: what was under way times out, and the next request begins
      // another thread.
      end();
    }
  }

  private void work() {
    long usedNanos = nanoClock.getAsLong();
    long sweptNanos = usedNanos;
    while (true) {
      waiting.await(ways.values().stream().map(OpenWay::socket).toList(), SWEEP_NANOS);
      ways.values().forEach(this::receive);
      long nowNanos = nanoClock.getAsLong();
      if (sendAsked()) {
        usedNanos = nowNanos;
      }
      if (nowNanos - sweptNanos >= SWEEP_NANOS) {
        sweptNanos = nowNanos;
        ways.values().forEach(way -> way.sweep(nowNanos));
      }
      if (nowNanos - usedNanos >= idleNanos && endsIdle()) {
        return;
      }
    }
  }

  private synchronized boolean endsIdle() {
    ended = asked.isEmpty() && ways.values().stream().allMatch(way -> way.underway().isEmpty());
    return ended;
  }

  private void end() {
    synchronized (this) {
      ended = true;
    }
    ways.values().forEach(way -> way.socket().close());
    waiting.close();
  }

  private boolean sendAsked() {
    boolean any = false;
    EchoRequest request = next();
    while (request != null) {
      any = true;
      sendOne(request);
      request = next();
    }
    return any;
  }

  private synchronized @Nullable EchoRequest next() {
    return asked.poll();
  }

  private void sendOne(EchoRequest request) {
    @Nullable OpenWay way;
    try {
      way = way(new Way(request.to() instanceof Inet6Address, request.source()));
    } catch (SystemCallException e) {
      request.waiting().notSent(EchoExchange.reason(e));
      return;
    }
    int sequence = way == null ? -1 : way.freeSequence(random);
    if (way == null || sequence < 0) {
      request.waiting().notSent("too many echo requests under way");
      return;
    }
    EchoPacket packet = new EchoPacket(way.identifier(), sequence, random.nextLong());
    long nowNanos = nanoClock.getAsLong();
    byte[] octets = packet.request(way.ipv6(), request.payloadBytes());
    int errno = way.socket().send(request.to(), octets);
    if (errno == 0) {
      way.underway().put(sequence, new Underway(packet, request, nowNanos));
    } else {
      refused(request.waiting(), errno);
    }
  }

  /// Null when there are too many.
  private @Nullable OpenWay way(Way key) throws SystemCallException {
    OpenWay known = ways.get(key);
    if (known != null) {
      return known;
    }
    if (ways.size() >= SOCKETS_MAX) {
      // Sources that a reload took away; those that are in use come back at once.
      ways.values().removeIf(OpenWay::closedUnused);
      if (ways.size() >= SOCKETS_MAX) {
        return null;
      }
    }
    IcmpSocket socket = IcmpSocket.open(key.ipv6(), key.source());
    OpenWay opened =
        new OpenWay(socket, key.ipv6(), random.nextInt(1 << Short.SIZE), new HashMap<>());
    ways.put(key, opened);
    return opened;
  }

  private void receive(OpenWay way) {
    IcmpSocket.Received received = way.socket().receive();
    for (int i = 0; i < RECEIVED_PER_TURN_MAX && received != null; i++) {
      boolean raw = way.socket().isRaw();
      EchoPacket reply = EchoPacket.reply(received.octets(), way.ipv6(), raw && !way.ipv6());
      if (reply != null && (!raw || reply.identifier() == way.identifier())) {
        replied(way, reply, received.from());
      }
      received = way.socket().receive();
    }
  }

  private void replied(OpenWay way, EchoPacket reply, InetAddress from) {
    Underway waiting = way.underway().get(reply.sequence());
    if (waiting != null
        && waiting.packet().token() == reply.token()
        && waiting.request().to().equals(from)) {
      way.underway().remove(reply.sequence());
      waiting.request().waiting().replied(nanoClock.getAsLong() - waiting.sentNanos());
    }
  }

  private static void refused(EchoRequest.Waiting waiting, int errno) {
    switch (errno) {
      case Errno.ENETUNREACH -> waiting.failed("network unreachable");
      case Errno.EHOSTUNREACH -> waiting.failed("no route to host");
      case Errno.EPERM, Errno.EACCES -> waiting.failed("not permitted by the local system");
      case Errno.EADDRNOTAVAIL -> waiting.failed("no local address to send from");
      case Errno.EMSGSIZE -> waiting.failed("longer than the network takes in one packet");
      default -> waiting.notSent("sending failed with " + Errno.name(errno));
    }
  }

  /// What one socket is for.
  private record Way(boolean ipv6, @Nullable InetAddress source) {}

  /// A request that was sent and is not answered yet.
  private record Underway(EchoPacket packet, EchoRequest request, long sentNanos) {}

  /// A socket and what was sent from it, by sequence.
  private record OpenWay(
      IcmpSocket socket, boolean ipv6, int identifier, Map<Integer, Underway> underway) {

    /// Any that is free, so that a late reply seldom meets a later request; negative when too many
    /// are taken.
    int freeSequence(RandomGenerator random) {
      if (underway.size() >= UNDERWAY_MAX) {
        return -1;
      }
      int sequence = random.nextInt(SEQUENCES);
      while (underway.containsKey(sequence)) {
        sequence = (sequence + 1) % SEQUENCES;
      }
      return sequence;
    }

    /// Forgets what nobody waits for any more.
    void sweep(long nowNanos) {
      Iterator<Underway> all = underway.values().iterator();
      while (all.hasNext()) {
        Underway one = all.next();
        if (nowNanos - one.sentNanos() > one.request().keepNanos()) {
          all.remove();
        }
      }
    }

    boolean closedUnused() {
      if (underway.isEmpty()) {
        socket.close();
        return true;
      }
      return false;
    }
  }
}
