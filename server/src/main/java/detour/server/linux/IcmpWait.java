package detour.server.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/// Waits until one of several sockets has received something, or another thread wakes the waiting
/// one.
public final class IcmpWait implements AutoCloseable {
  private static final int EFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final short POLLIN = 1;

  // struct pollfd: 0 fd, 4 events, 6 revents.
  private static final int POLLFD_BYTES = 8;
  private static final int EVENTS = 4;
  private static final int RETURNED_EVENTS = 6;
  private static final int SIGNAL_SET_BYTES = 8;

  private final int event;

  /// @throws SystemCallException when this process has no file descriptor left
  public IcmpWait() throws SystemCallException {
    event = SystemCall.EVENTFD2.call(0, EFD_NONBLOCK_CLOEXEC);
  }

  /// Ends the wait that is under way, or the next. Any thread, before [#close].
  public void wake() {
    try (Arena arena = Arena.ofConfined()) {
      SystemCall.WRITE.call(event, arena.allocateFrom(JAVA_LONG, 1).address(), Long.BYTES);
    } catch (SystemCallException full) {
      return; // so many wake-ups are pending that it needs no more
    }
  }

  /// May end early, for signals.
  ///
  /// @param timeoutNanos at least 0
  public void await(Collection<IcmpSocket> sockets, long timeoutNanos) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polled = arena.allocate((sockets.size() + 1L) * POLLFD_BYTES, Integer.BYTES);
      int count = 0;
      watch(polled, count++, event);
      for (IcmpSocket socket : sockets) {
        watch(polled, count++, socket.descriptor());
      }
      MemorySegment time = arena.allocate(2L * Long.BYTES, Long.BYTES); // struct timespec
      time.set(JAVA_LONG, 0, TimeUnit.NANOSECONDS.toSeconds(timeoutNanos));
      time.set(JAVA_LONG, Long.BYTES, timeoutNanos % TimeUnit.SECONDS.toNanos(1));
      SystemCall.PPOLL.call(polled.address(), count, time.address(), 0, SIGNAL_SET_BYTES);
      if (polled.get(JAVA_SHORT, RETURNED_EVENTS) != 0) {
        SystemCall.READ.call(event, arena.allocate(JAVA_LONG).address(), Long.BYTES);
      }
    } catch (SystemCallException interrupted) {
      return;
    }
  }

  private static void watch(MemorySegment polled, int index, int descriptor) {
    long at = (long) index * POLLFD_BYTES;
    polled.set(JAVA_INT, at, descriptor);
    polled.set(JAVA_SHORT, at + EVENTS, POLLIN);
  }

  @Override
  public void close() {
    try {
      SystemCall.CLOSE.call(event);
    } catch (SystemCallException e) {
      return; // Linux releases the descriptor in any case
    }
  }
}
