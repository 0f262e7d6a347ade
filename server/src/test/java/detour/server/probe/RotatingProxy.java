package detour.server.probe;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// A proxy that closes every connection after a random time, however well all is.
final class RotatingProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final String address;
  private final int backendPort;
  private final Random random = new Random(11);
  private final ScheduledExecutorService closer = Executors.newSingleThreadScheduledExecutor();

  RotatingProxy(String address, int backendPort) throws IOException {
    this.address = address;
    this.backendPort = backendPort;
    listener = ScriptedBackend.listener(address);
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket backend = new Socket(address, backendPort);
        Thread.ofVirtual().start(() -> copy(client, backend));
        Thread.ofVirtual().start(() -> copy(backend, client));
        var _ =
            closer.schedule(
                () -> {
                  close(client);
                  close(backend);
                },
                300 + random.nextInt(1500),
                TimeUnit.MILLISECONDS);
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException closed) {
      close(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone all the same.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    closer.shutdownNow();
  }
}
