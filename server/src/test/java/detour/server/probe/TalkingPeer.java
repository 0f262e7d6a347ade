package detour.server.probe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A server on a loopback address that may speak first, and does with each connection what its
/// script says.
public final class TalkingPeer implements AutoCloseable {
  /// What is said on one connection; it is closed afterwards.
  public interface Script {
    void play(Line line) throws IOException, InterruptedException;
  }

  /// One connection.
  public static final class Line {
    private final Socket socket;
    private final List<String> heard;
    private BufferedReader in;

    Line(Socket socket, List<String> heard) throws IOException {
      this.socket = socket;
      this.heard = heard;
      in = reader(socket);
    }

    public Socket socket() {
      return socket;
    }

    public void say(String text) throws IOException {
      ScriptedBackend.send(socket, text);
    }

    /// The next line without its end; null when the other side closed.
    public String hear() throws IOException {
      String line = in.readLine();
      if (line != null) {
        heard.add(line);
      }
      return line;
    }

    /// Waits until the other side goes.
    public void hang() throws IOException {
      while (hear() != null) {
        // What is said meanwhile is heard and not answered.
      }
    }

    /// Goes on over another socket, as TLS does.
    public Line over(Socket secure) throws IOException {
      return new Line(secure, heard);
    }

    private static BufferedReader reader(Socket socket) throws IOException {
      return new BufferedReader(
          new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }
  }

  private final ServerSocket listener;
  private final Script script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<String> callers = new CopyOnWriteArrayList<>();

  private TalkingPeer(ServerSocket listener, Script script) {
    this.listener = listener;
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  public static TalkingPeer on(String address, Script script) throws IOException {
    return new TalkingPeer(ScriptedBackend.listener(address), script);
  }

  /// On a port that is known already.
  public static TalkingPeer on(ServerSocket listener, Script script) {
    return new TalkingPeer(listener, script);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /// Every line that any connection said so far.
  public List<String> heard() {
    return heard;
  }

  /// The addresses that connections came from.
  public List<String> callers() {
    return callers;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        callers.add(socket.getInetAddress().getHostAddress());
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.play(new Line(socket, heard));
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
