package detour.server.listen;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.AnswerTable;
import detour.dns.answer.ClientAddress;
import detour.dns.answer.RateBuckets;
import detour.dns.answer.Responder;
import detour.dns.answer.Transport;
import detour.server.dnstap.TapRing;
import detour.server.linux.BatchSocket;
import detour.server.linux.DatagramBatch;
import detour.server.linux.Errno;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// One socket's loop: receive a batch, answer it in place, send the answers. Nothing is allocated
/// for a query. Thread: its own; any thread may [#stop].
final class NativeUdpLoop implements Runnable, AutoCloseable {
  /// How many batches are still answered after the stop: what had been queued by then, but not what
  /// a flood keeps adding.
  private static final int LAST_BATCHES = 64;

  private static final int FAILURES_BEFORE_PAUSE = 8;
  private static final long PAUSE_NANOS = 10_000_000;

  private final BatchSocket socket;
  private final Responder responder;
  private final ClientAddress client = new ClientAddress();
  private final ProxyDatagrams proxies;
  private final Supplier<AnswerTable> table;
  private final TapRing tap;
  private final Metrics metrics;
  private final FailureLog failures;
  private int failuresInARow;
  private volatile boolean stopping;

  NativeUdpLoop(
      BatchSocket socket,
      int payloadBytes,
      List<AddressPrefix> proxies,
      RateBuckets buckets,
      Supplier<AnswerTable> table,
      TapRing tap,
      Metrics metrics) {
    this.socket = socket;
    this.proxies = new ProxyDatagrams(proxies, metrics);
    responder = new Responder(ThreadLocalRandom.current().nextLong(), payloadBytes, buckets);
    this.table = table;
    this.tap = tap;
    this.metrics = metrics;
    failures = new FailureLog("UDP listener on " + socket.address());
  }

  @Override
  public void run() {
    try (DatagramBatch batch = new DatagramBatch()) {
      while (!stopping) {
        serve(batch, true);
      }
      int last = 0;
      while (last < LAST_BATCHES && serve(batch, false)) {
        last++;
      }
    }
  }

  Responder responder() {
    return responder;
  }

  void stop() {
    if (!stopping) {
      stopping = true;
      socket.wake();
    }
  }

  @Override
  public void close() {
    socket.close();
  }

  /// Receives and answers one batch. Never throws: whatever went wrong, the next batch may do well.
  ///
  /// @return whether datagrams were received
  private boolean serve(DatagramBatch batch, boolean wait) {
    try {
      int received = socket.receive(batch, wait);
      if (received < 0) {
        receivingFailed(-received);
        return false;
      }
      failuresInARow = 0;
      answer(batch, received);
      send(batch);
      return received > 0;
    } catch (Throwable e) {
      // Even an Error: a server that stops answering is worse than one that is short of memory.
      metrics.count(Counter.LISTENER_FAILURES);
      failures.report("a batch failed", e);
      return false;
    }
  }

  private void answer(DatagramBatch batch, int received) {
    AnswerTable current = table.get();
    long nowMillis = System.currentTimeMillis();
    for (int slot = 0; slot < received; slot++) {
      int length = batch.length(slot);
      if (length == 0) {
        if (!stopping) { // the wake-up looks like an empty datagram
          metrics.count(Counter.UDP_UNREADABLE);
        }
        continue;
      }
      client.set(batch.clientHigh(slot), batch.clientLow(slot));
      int query = proxies.query(DatagramBatch.ALL, batch.address(slot), length, client);
      boolean tapped = query > 0 && tap.take(DatagramBatch.ALL, batch.address(slot), query);
      int response = query == 0 ? 0 : respond(current, batch.address(slot), query, nowMillis);
      if (tapped) {
        tapped(batch, slot, response, nowMillis);
      }
      if (response > 0) {
        batch.reply(slot, response);
      }
    }
  }

  private void tapped(DatagramBatch batch, int slot, int response, long nowMillis) {
    // Behind a proxy the port is the proxy's, and the client's is not known.
    boolean own = client.high() == batch.clientHigh(slot) && client.low() == batch.clientLow(slot);
    tap.answered(
        Transport.UDP,
        client,
        own ? batch.clientPort(slot) : 0,
        nowMillis,
        DatagramBatch.ALL,
        batch.address(slot),
        response);
  }

  private int respond(AnswerTable current, long address, int length, long nowMillis) {
    try {
      return responder.respond(
          current,
          DatagramBatch.ALL,
          address,
          length,
          DatagramBatch.BUFFER_BYTES,
          Transport.UDP,
          client,
          nowMillis);
    } catch (RuntimeException | StackOverflowError e) {
      metrics.count(Counter.LISTENER_FAILURES);
      failures.report("a query failed", e);
      return 0;
    }
  }

  private void send(DatagramBatch batch) {
    int sent = 0;
    while (sent < batch.replies()) {
      int result = socket.send(batch, sent);
      if (result > 0) {
        sent += result;
        continue;
      }
      switch (-result) {
        case Errno.EINTR -> {}
        case Errno.EAGAIN, Errno.ENOBUFS, Errno.ENOMEM -> {
          // The device's queue is full: the rest would only wait longer for the same.
          metrics.add(Counter.UDP_SEND_FAILURES, batch.replies() - sent);
          return;
        }
        default -> {
          // This reply's address: unreachable, forbidden by a packet filter (EPERM), port 0, ...
          metrics.count(Counter.UDP_SEND_FAILURES);
          sent++;
        }
      }
    }
  }

  private void receivingFailed(int errno) {
    switch (errno) {
      case Errno.EAGAIN, Errno.EINTR -> failuresInARow = 0;
      // An ICMP message about an earlier reply, reported late.
      case Errno.ECONNREFUSED, Errno.EHOSTUNREACH, Errno.ENETUNREACH ->
          metrics.count(Counter.UDP_RECEIVE_FAILURES);
      default -> {
        metrics.count(Counter.UDP_RECEIVE_FAILURES);
        failuresInARow++;
        if (failuresInARow > FAILURES_BEFORE_PAUSE) {
          failures.report("receiving fails with " + Errno.name(errno), null);
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
    }
  }
}
