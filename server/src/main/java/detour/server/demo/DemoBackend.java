package detour.server.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A web server of one page, run as a process of its own so that it can really be killed and really
/// hang.
///
/// Usage: `DemoBackend ADDRESS PORT`. It ends with the process that started it, when its standard
/// input closes.
public final class DemoBackend {
  private static final int READ_TIMEOUT_MILLIS = 2_000;
  private static final int REQUEST_LIMIT_BYTES = 4_096;

  private DemoBackend() {}

  public static void main(String[] args) throws IOException {
    InetAddress address = InetAddress.ofLiteral(args[0]);
    int port = Integer.parseInt(args[1]);
    Thread.ofPlatform().daemon().name("parent-watch").start(DemoBackend::endWithParent);
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(address, port));
      System.out.println("ready");
      while (true) {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> serve(client, args[0]));
      }
    }
  }

  private static void serve(Socket client, String name) {
    byte[] page = ("ok, from " + name + "\n").getBytes(StandardCharsets.US_ASCII);
    try (client) {
      client.setSoTimeout(READ_TIMEOUT_MILLIS);
      readRequest(client.getInputStream());
      OutputStream out = client.getOutputStream();
      String head =
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: "
              + page.length
              + "\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(page);
      out.flush();
    } catch (IOException e) {
      // The client went away; there is nobody left to tell.
      return;
    }
  }

  private static void readRequest(InputStream in) throws IOException {
    int lineLength = 0;
    for (int count = 0; count < REQUEST_LIMIT_BYTES; count++) {
      int octet = in.read();
      if (octet < 0) {
        return;
      }
      if (octet == '\n') {
        if (lineLength == 0) {
          return;
        }
        lineLength = 0;
      } else if (octet != '\r') {
        lineLength++;
      }
    }
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // The parent sends nothing: only the end of the stream matters.
      }
    } catch (IOException e) {
      Runtime.getRuntime().halt(0);
    }
    Runtime.getRuntime().halt(0);
  }
}
