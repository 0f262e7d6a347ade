package detour.server.cluster.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A link to a server on this machine that a test can cut, stall and rob of answers.
final class LinkProxy implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 64, InetAddress.ofLiteral("127.0.0.1"));
  private final int serverPort;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean refusing;
  private final AtomicInteger answersToLose = new AtomicInteger();

  private static final class Connection {
    private final Socket client;
    private final Socket server;
    private volatile boolean stalled;

    Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void close() {
      try (client;
          server) {
        // Closing is all.
      } catch (IOException e) {
        // Then it is closed already.
      }
    }
  }

  LinkProxy(int serverPort) throws IOException {
    this.serverPort = serverPort;
    Thread.ofVirtual().start(this::accept);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /// Nothing more comes over the present connections, which stay open; new ones are well.
  void stallPresent() {
    connections.forEach(connection -> connection.stalled = true);
  }

  /// Closes the present connections.
  void cutPresent() {
    connections.forEach(Connection::close);
  }

  /// While true, new connections are closed at once.
  void refuse(boolean now) {
    refusing = now;
    if (now) {
      cutPresent();
    }
  }

  /// The next so many answers are not handed on: their connections are closed instead.
  void loseAnswers(int count) {
    answersToLose.set(count);
  }

  private void accept() {
    while (true) {
      try {
        Socket client = listener.accept();
        if (refusing) {
          client.close();
          continue;
        }
        Connection connection =
            new Connection(client, new Socket(InetAddress.ofLiteral("127.0.0.1"), serverPort));
        connections.add(connection);
        Thread.ofVirtual().start(() -> forward(connection, false));
        Thread.ofVirtual().start(() -> forward(connection, true));
      } catch (IOException e) {
        if (listener.isClosed()) {
          return;
        }
      }
    }
  }

  private void forward(Connection connection, boolean answers) {
    byte[] buffer = new byte[16_384];
    try (InputStream in = (answers ? connection.server : connection.client).getInputStream();
        OutputStream out = (answers ? connection.client : connection.server).getOutputStream()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (answers && answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          break;
        }
        if (!connection.stalled) {
          out.write(buffer, 0, read);
          out.flush();
        }
      }
    } catch (IOException e) {
      // One side closed it.
    } finally {
      connections.remove(connection);
      connection.close();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cutPresent();
  }
}
