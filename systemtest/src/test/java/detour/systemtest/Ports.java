package detour.systemtest;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Finds ports that nobody listens on. They are below those that the system gives to clients and to
/// whoever asks for any port, and each is handed out once in a long while, so nobody takes one
/// between its choice and its use.
public final class Ports {
  private static final int LOWEST = 12_000;
  private static final int RANGE = 8_000;
  private static final int ATTEMPTS = 100;

  /// Not the same in each run: what an earlier one left may linger.
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(RANGE));

  private Ports() {}

  /// A port that is free for UDP and TCP on every address, IPv4 and IPv6, at this moment.
  public static int free() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), RANGE);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port is free for both UDP and TCP");
  }

  private static boolean isFree(int port) {
    try (ServerSocket tcp = new ServerSocket(port);
        DatagramSocket udp = new DatagramSocket(new InetSocketAddress(port))) {
      return tcp.isBound() && udp.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
