package detour.server.listen;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads of one UDP listener. Platform threads, for they wait in system calls.
final class UdpThreads {
  private static final Logger LOG = LoggerFactory.getLogger(UdpThreads.class);
  private static final long END_MILLIS = 900;

  private final Names names;
  private final List<Thread> threads = new ArrayList<>();

  UdpThreads(Names names) {
    this.names = names;
  }

  void start(Runnable loop) {
    Thread thread = Thread.ofPlatform().name(names.next()).start(loop);
    threads.add(thread);
  }

  /// Waits for the threads, which have been told to end.
  ///
  /// @return false when one still runs, and may still use its socket
  boolean awaitEnd() {
    long deadline = System.nanoTime() + END_MILLIS * 1_000_000;
    boolean interrupted = false;
    boolean ended = true;
    for (Thread thread : threads) {
      long leftMillis = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
      try {
        ended &= thread.join(Duration.ofMillis(leftMillis));
      } catch (InterruptedException e) {
        interrupted = true;
        ended = false;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      LOG.warn("A UDP listener thread did not end within {} ms; its socket stays open", END_MILLIS);
    }
    return ended;
  }

  /// `listen-udp-1`, `listen-udp-2`, ... over all listeners of a server.
  static final class Names {
    private final AtomicInteger last = new AtomicInteger();

    String next() {
      return "listen-udp-" + last.incrementAndGet();
    }
  }
}
