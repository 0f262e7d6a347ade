package detour.server.access;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// How often callers of each address, as [CallerAddress] tells them apart, failed to prove who they
/// are. Whoever fails too often is told to wait; a good token is never held back by it, so nobody
/// can lock out others who share an address.
public final class Failures {
  private static final int ALLOWED = 10;
  private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int ADDRESSES_KEPT = 1_024;

  private final LongSupplier nanoTime;
  private final Map<String, Window> windows = new LinkedHashMap<>();

  private record Window(long beginNanos, int failures) {}

  /// @param nanoTime a clock that only goes forward, as System.nanoTime
  public Failures(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Counts one failure.
  ///
  /// @return how many seconds to wait before the next may be tried; 0 when it may at once
  public synchronized int count(InetAddress from) {
    long now = nanoTime.getAsLong();
    String key = CallerAddress.key(from);
    Window before = windows.get(key);
    Window window;
    if (before == null || now - before.beginNanos() >= WINDOW_NANOS) {
      window = new Window(now, 1);
      // Kept by the age of their windows: the first is the first to be of no use.
      windows.remove(key);
      forgetOne();
    } else {
      window = new Window(before.beginNanos(), Math.min(before.failures() + 1, ALLOWED + 1));
    }
    windows.put(key, window);
    long left = window.beginNanos() + WINDOW_NANOS - now;
    return window.failures() <= ALLOWED ? 0 : seconds(left);
  }

  /// How many seconds an address that failed too often has to wait; 0 for none. Counts nothing.
  public synchronized int waitSeconds(InetAddress from) {
    Window window = windows.get(CallerAddress.key(from));
    if (window == null || window.failures() < ALLOWED) {
      return 0;
    }
    long left = window.beginNanos() + WINDOW_NANOS - nanoTime.getAsLong();
    return left <= 0 ? 0 : seconds(left);
  }

  /// Whether this failure is the first of its address for a while: worth a line in the log, where
  /// each of them would not be.
  public synchronized boolean isFirst(InetAddress from) {
    Window window = windows.get(CallerAddress.key(from));
    return window != null && window.failures() == 1;
  }

  private void forgetOne() {
    if (windows.size() >= ADDRESSES_KEPT) {
      Iterator<String> oldest = windows.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  private static int seconds(long nanos) {
    return (int) Math.ceilDiv(nanos, Duration.ofSeconds(1).toNanos());
  }
}
