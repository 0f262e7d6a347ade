package detour.server.listen;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/// PROXY headers for tests, and what follows them.
final class ProxyHeaders {
  static final int LOCAL = 0x20;
  static final int PROXY = 0x21;

  private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

  private ProxyHeaders() {}

  /// As a proxy sends it that passes on a query of `client`.
  static byte[] of(String client) {
    return header(PROXY, client.contains(":") ? 0x21 : 0x11, addresses(client));
  }

  static byte[] local() {
    return header(LOCAL, 0);
  }

  static byte[] header(int command, int family, byte... following) {
    return ByteBuffer.allocate(16 + following.length)
        .put(SIGNATURE)
        .put((byte) command)
        .put((byte) family)
        .putShort((short) following.length)
        .put(following)
        .array();
  }

  /// Addresses and ports.
  static byte[] addresses(String client) {
    byte[] address = InetAddress.ofLiteral(client).getAddress();
    return ByteBuffer.allocate(2 * address.length + 4)
        .put(address)
        .put(address)
        .putShort((short) 1234)
        .putShort((short) 53)
        .array();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
