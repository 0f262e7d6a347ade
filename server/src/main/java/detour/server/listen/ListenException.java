package detour.server.listen;

import detour.server.linux.Errno;
import detour.server.linux.SystemCallException;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;

/// An address that cannot be listened on; the message names it, the failure and the likely cure.
public final class ListenException extends IOException {
  private static final long serialVersionUID = 1L;

  private ListenException(String message, IOException cause) {
    super(message, cause);
  }

  static ListenException of(InetSocketAddress address, String transport, IOException cause) {
    String where = address.isUnresolved() ? address.toString() : text(address);
    return new ListenException(
        "cannot listen on %s (%s): %s".formatted(where, transport, reason(address, cause)), cause);
  }

  /// Whether another address could succeed where this one failed.
  static boolean isAboutTheAddress(SystemCallException failure) {
    return switch (failure.errno()) {
      case Errno.EADDRINUSE, Errno.EACCES, Errno.EADDRNOTAVAIL -> true;
      default -> false;
    };
  }

  private static String reason(InetSocketAddress address, IOException cause) {
    return switch (errno(cause)) {
      case Errno.EADDRINUSE ->
          "another server is on it (EADDRINUSE); `ss -lntup 'sport = :%d'` shows which"
              .formatted(address.getPort());
      case Errno.EACCES ->
          "not permitted (EACCES); a port below 1024 needs the capability CAP_NET_BIND_SERVICE"
              + " (in a systemd unit: AmbientCapabilities=CAP_NET_BIND_SERVICE), or choose a higher"
              + " port";
      case Errno.EADDRNOTAVAIL ->
          "this machine does not have the address (EADDRNOTAVAIL); `ip address` shows those it has";
      case Errno.EAFNOSUPPORT ->
          "this machine does not have the address family (EAFNOSUPPORT); is IPv6 switched off?";
      default -> String.valueOf(cause.getMessage());
    };
  }

  /// The error number of a failure; 0 where it is not known. The JDK tells it by text only.
  private static int errno(IOException cause) {
    if (cause instanceof SystemCallException call) {
      return call.errno();
    }
    if (cause instanceof Errors.NativeIoException call) {
      return -call.expectedErr();
    }
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("already in use")) {
      return Errno.EADDRINUSE;
    }
    if (message.contains("permission denied")) {
      return Errno.EACCES;
    }
    if (message.contains("cannot assign requested address")) {
      return Errno.EADDRNOTAVAIL;
    }
    return 0;
  }

  /// As people write an address and a port: `192.0.2.1:53`, `[2001:db8::1]:53`.
  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
