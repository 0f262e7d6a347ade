package detour.server.probe.icmp;

import detour.server.linux.Errno;
import detour.server.linux.IcmpSocket;
import detour.server.linux.Linux;
import detour.server.linux.SystemCallException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Has echo requests sent by one thread for all probes, which is there while there are any. Any
/// thread.
final class EchoExchange {
  private static final String NOT_LINUX = "ICMP can be sent on Linux only: ";
  private static final String CURE =
      "this process may not send ICMP: let net.ipv4.ping_group_range contain its group (sysctl -w"
          + " net.ipv4.ping_group_range='0 2147483647'), or give it CAP_NET_RAW";

  private final LongSupplier nanoClock;
  private final long idleNanos;
  private @Nullable EchoThread thread;

  /// @param idleNanos how long the thread and its sockets are kept without a request
  EchoExchange(LongSupplier nanoClock, long idleNanos) {
    this.nanoClock = nanoClock;
    this.idleNanos = idleNanos;
  }

  /// Sends it soon.
  void send(EchoRequest request) {
    String missing = Linux.missing();
    if (missing != null) {
      request.waiting().notSent(NOT_LINUX + missing);
      return;
    }
    try {
      handOver(request);
    } catch (SystemCallException e) {
      request.waiting().notSent(reason(e));
    }
  }

  private synchronized void handOver(EchoRequest request) throws SystemCallException {
    while (thread == null || !thread.accept(request)) {
      thread = EchoThread.start(nanoClock, idleNanos);
    }
  }

  /// What keeps this process from sending; null when nothing does.
  static @Nullable String unavailable() {
    String missing = Linux.missing();
    if (missing != null) {
      return NOT_LINUX + missing;
    }
    try {
      IcmpSocket.open(false, null).close();
      return null;
    } catch (SystemCallException e) {
      return reason(e);
    }
  }

  /// Why there is no socket, with the cure.
  static String reason(SystemCallException error) {
    return switch (error.errno()) {
      case Errno.EPERM, Errno.EACCES -> CURE;
      case Errno.EADDRNOTAVAIL -> "the source is no address of this machine";
      default -> "no socket for ICMP: " + error.getMessage();
    };
  }
}
