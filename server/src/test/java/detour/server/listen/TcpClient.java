package detour.server.listen;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/// One TCP connection of a client.
final class TcpClient implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;

  TcpClient(InetSocketAddress server) throws IOException {
    this(server, 0);
  }

  /// @param receiveBufferBytes 0 for the system's default
  TcpClient(InetSocketAddress server, int receiveBufferBytes) throws IOException {
    socket = new Socket();
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.setSoTimeout(10_000);
    socket.connect(server);
    in = new DataInputStream(socket.getInputStream());
  }

  /// Connects from an address of this machine.
  static TcpClient from(String address, InetSocketAddress server) throws IOException {
    return new TcpClient(InetAddress.getByName(address), server);
  }

  /// Takes a connection that is there.
  TcpClient(Socket connected) throws IOException {
    socket = connected;
    socket.setSoTimeout(10_000);
    in = new DataInputStream(socket.getInputStream());
  }

  private TcpClient(InetAddress local, InetSocketAddress server) throws IOException {
    socket = new Socket();
    socket.bind(new InetSocketAddress(local, 0));
    socket.setSoTimeout(10_000);
    socket.connect(server);
    in = new DataInputStream(socket.getInputStream());
  }

  void send(byte... octets) throws IOException {
    socket.getOutputStream().write(octets);
  }

  /// Tells the server that nothing will follow.
  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /// Waits for a response, up to 10 s.
  ByteBuffer receive() throws IOException {
    byte[] message = new byte[in.readUnsignedShort()];
    in.readFully(message);
    return ByteBuffer.wrap(message);
  }

  /// Waits for the server to close the connection, up to 10 s, and reads what is sent until then.
  ///
  /// @return octets read
  long readToEnd() throws IOException {
    byte[] buffer = new byte[65_536];
    long total = 0;
    try {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        total += read;
      }
    } catch (EOFException | SocketException e) {
      return total; // a reset is an end too
    }
    return total;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
