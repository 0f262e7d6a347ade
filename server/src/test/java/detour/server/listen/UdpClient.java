package detour.server.listen;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/// One UDP client with a port of its own.
final class UdpClient implements AutoCloseable {
  private final DatagramSocket socket;
  private final InetSocketAddress server;
  private final DatagramPacket packet = new DatagramPacket(new byte[8192], 8192);

  UdpClient(InetSocketAddress server) throws IOException {
    this(server, new InetSocketAddress(0));
  }

  /// With an address of this machine.
  static UdpClient from(String address, InetSocketAddress server) throws IOException {
    return new UdpClient(server, new InetSocketAddress(address, 0));
  }

  /// @param from its own address; port 0 takes any free port
  UdpClient(InetSocketAddress server, InetSocketAddress from) throws IOException {
    this.server = server;
    socket = new DatagramSocket(from);
    socket.setSoTimeout(5_000);
    socket.setReceiveBufferSize(1 << 20);
  }

  void send(byte[] message) throws IOException {
    socket.send(new DatagramPacket(message, message.length, server));
  }

  /// Waits for a message, up to 5 s.
  ByteBuffer receive() throws IOException {
    packet.setLength(8192);
    socket.receive(packet);
    return ByteBuffer.wrap(packet.getData(), 0, packet.getLength()).slice();
  }

  /// Where the last message came from.
  InetSocketAddress from() {
    return (InetSocketAddress) packet.getSocketAddress();
  }

  @Override
  public void close() {
    socket.close();
  }
}
