package detour.server.listen;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads of one listener. Platform threads, for they wait in system calls.
final class ListenerThreads implements ThreadFactory {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerThreads.class);
  private static final long END_MILLIS = 900;

  private final Names names;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  ListenerThreads(Names names) {
    this.names = names;
  }

  @Override
  public Thread newThread(Runnable loop) {
    Thread thread = Thread.ofPlatform().name(names.next()).unstarted(loop);
    threads.add(thread);
    return thread;
  }

  /// Waits for the threads, which have been told to end.
  ///
  /// @return false when one still runs, and may still use its socket
  boolean awaitEnd() {
    long deadline = System.nanoTime() + END_MILLIS * 1_000_000;
    boolean interrupted = false;
    boolean ended = true;
    for (Thread thread : threads) {
      if (thread.getState() == Thread.State.NEW) {
        continue;
      }
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
      LOG.warn("A listener thread did not end within {} ms", END_MILLIS);
    }
    return ended;
  }

  /// Numbers threads: `listen-udp-1`, `listen-udp-2`, ... over all listeners of a server.
  static final class Names {
    private final String prefix;
    private final AtomicInteger last = new AtomicInteger();

    Names(String prefix) {
      this.prefix = prefix;
    }

    private String next() {
      return prefix + last.incrementAndGet();
    }
  }
}
