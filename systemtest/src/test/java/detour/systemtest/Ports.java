package detour.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/// Finds ports that nobody listens on.
public final class Ports {
  private static final int ATTEMPTS = 100;

  private Ports() {}

  /// A port that is free for UDP and TCP on every address, IPv4 and IPv6, at this moment.
  public static int free() {
    @Nullable Exception lastRefusal = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try (ServerSocket tcp = new ServerSocket(0)) {
        int port = tcp.getLocalPort();
        try (DatagramSocket udp =
            new DatagramSocket(new InetSocketAddress((InetAddress) null, port))) {
          return udp.getLocalPort();
        } catch (SocketException e) {
          lastRefusal = e;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new IllegalStateException("no port is free for both UDP and TCP", lastRefusal);
  }
}
