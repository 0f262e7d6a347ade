package detour.systemtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// An HTTP backend on raw sockets that does as it is told, so that every way to fail can be played.
final class ScriptedBackend implements AutoCloseable {
  /// How a request is treated.
  enum Behaviour {
    OK,
    ERROR_500,
    /// The answer comes, but long after any timeout of these tests.
    SLOW,
    /// The connection is accepted and nothing is ever sent.
    HANG,
    /// The connection is reset once the request was read.
    RESET
  }

  private static final Duration SLOWNESS = Duration.ofSeconds(5);
  private static final int BACKLOG = 256;

  private final String address;
  private final ServerSocket listener;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger requests = new AtomicInteger();
  private volatile Behaviour behaviour = Behaviour.OK;

  ScriptedBackend(String address, int port) {
    this.address = address;
    try {
      listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port), BACKLOG);
    } catch (IOException e) {
      throw new UncheckedIOException(address + ":" + port, e);
    }
    Thread.ofVirtual().name("backend " + address).start(this::accept);
  }

  String address() {
    return address;
  }

  void behave(Behaviour wanted) {
    behaviour = wanted;
  }

  /// How many requests were read so far.
  int requests() {
    return requests.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket connection = listener.accept();
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
      while (readRequest(reader)) {
        requests.incrementAndGet();
        if (!answer(connection)) {
          return;
        }
      }
    } catch (IOException e) {
      // The prober went away, as it may.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  private static boolean readRequest(BufferedReader reader) throws IOException {
    String line = reader.readLine();
    while (line != null && !line.isEmpty()) {
      line = reader.readLine();
    }
    return line != null;
  }

  /// Returns whether the connection goes on.
  private boolean answer(Socket connection) throws IOException, InterruptedException {
    switch (behaviour) {
      case OK -> respond(connection.getOutputStream(), "200 OK");
      case ERROR_500 -> respond(connection.getOutputStream(), "500 Internal Server Error");
      case SLOW -> {
        Thread.sleep(SLOWNESS);
        respond(connection.getOutputStream(), "200 OK");
      }
      case HANG -> Thread.sleep(Duration.ofMinutes(2));
      case RESET -> {
        connection.setSoLinger(true, 0);
        return false;
      }
    }
    return true;
  }

  private static void respond(OutputStream out, String status) throws IOException {
    String response =
        "HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n";
    out.write(response.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }
}
