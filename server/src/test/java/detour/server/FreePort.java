package detour.server;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Ports for servers that must know theirs before they listen. They are below those that the system
/// gives to clients and to whoever asks for any port, and each runtime that tests at the same time
/// has a range of its own, so nobody takes one between its choice and its use.
public final class FreePort {
  private static final int LOWEST = 20_000;
  private static final int RANGE = 4_000;
  private static final int ATTEMPTS = 100;
  private static final int FORK = Integer.getInteger("surefire.forkNumber", 0);

  /// Not the same in each run: what an earlier one left may linger.
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(RANGE));

  private FreePort() {}

  /// A port that is free for UDP and TCP on every address.
  public static int next() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = LOWEST + FORK % 3 * RANGE + Math.floorMod(NEXT.getAndIncrement(), RANGE);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port is free");
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
