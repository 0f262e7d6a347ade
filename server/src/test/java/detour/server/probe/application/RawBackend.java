package detour.server.probe.application;

import detour.server.probe.ScriptedBackend;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A server on a loopback address that plays a script on each connection from its first moment on.
final class RawBackend implements AutoCloseable {
  /// What is done with one connection; the socket is closed afterwards.
  interface Script {
    void play(Socket socket) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final Script script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private RawBackend(ServerSocket listener, Script script) {
    this.listener = listener;
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  static RawBackend on(String address, Script script) throws IOException {
    return new RawBackend(ScriptedBackend.listener(address), script);
  }

  /// Says this at once, whatever it is told, and leaves the connection open.
  static RawBackend saying(String address, byte[] words) throws IOException {
    return on(
        address,
        socket -> {
          socket.getOutputStream().write(words);
          drain(socket);
        });
  }

  static RawBackend saying(String address, String words) throws IOException {
    return saying(address, words.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// Sends zero octets, or those of a pattern, without end.
  static RawBackend babbling(String address, byte[] pattern) throws IOException {
    return on(
        address,
        socket -> {
          while (true) {
            socket.getOutputStream().write(pattern);
          }
        });
  }

  /// Reads what comes first, then resets the connection.
  static RawBackend resetting(String address) throws IOException {
    return on(
        address,
        socket -> {
          socket.setSoTimeout(200);
          try {
            socket.getInputStream().read();
          } catch (java.net.SocketTimeoutException e) {
            // A protocol in which the server speaks first.
          }
          socket.setSoLinger(true, 0);
        });
  }

  /// Passes everything on to a server and back, its answers one octet at a time.
  static RawBackend inPieces(String address, int port) throws IOException {
    return on(
        address,
        socket -> {
          try (Socket server = new Socket()) {
            server.connect(new InetSocketAddress(address, port));
            Thread.ofVirtual().start(() -> copy(socket, server, 8192));
            socket.setTcpNoDelay(true);
            copy(server, socket, 1);
          }
        });
  }

  private static void copy(Socket from, Socket to, int pieceBytes) {
    byte[] piece = new byte[pieceBytes];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        out.write(piece, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // One of them is gone.
    }
  }

  static void drain(Socket socket) throws IOException {
    while (socket.getInputStream().read() >= 0) {
      // Nothing is made of it.
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.play(socket);
    } catch (IOException | InterruptedException e) {
      // The probe went away, as probes do.
    } finally {
      open.remove(socket);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
