package detour.server.probe.icmp;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// An echo request or reply.
///
/// ```
///  0                   1                   2                   3
/// +-------+-------+---------------+-------------------------------+
/// |     type      |    code 0     |           checksum            |
/// +---------------+---------------+-------------------------------+
/// |          identifier           |           sequence            |
/// +-------------------------------+-------------------------------+
/// |                    token (64 bits), padding                   |
/// ```
///
/// RFC 792, RFC 4443 section 4.
///
/// @param identifier 0 to 65535; whose request it is
/// @param sequence 0 to 65535; which one
/// @param token what nobody can know who has not received the request
record EchoPacket(int identifier, int sequence, long token) {
  static final int PAYLOAD_BYTES_MIN = Long.BYTES;
  private static final int HEADER_BYTES = 8;
  private static final int CHECKSUM = 2;
  private static final int IPV4_HEADER_BYTES_MIN = 20;
  private static final byte REQUEST = 8;
  private static final byte REPLY = 0;
  private static final byte REQUEST_V6 = (byte) 128;
  private static final byte REPLY_V6 = (byte) 129;

  /// @param payloadBytes behind the header, at least [#PAYLOAD_BYTES_MIN]
  byte[] request(boolean ipv6, int payloadBytes) {
    ByteBuffer packet = ByteBuffer.allocate(HEADER_BYTES + payloadBytes);
    packet
        .put(ipv6 ? REQUEST_V6 : REQUEST)
        .put((byte) 0)
        .putShort((short) 0)
        .putShort((short) identifier)
        .putShort((short) sequence)
        .putLong(token);
    if (!ipv6) {
      // That of ICMPv6 covers addresses that only the kernel knows, so it is the kernel's.
      packet.putShort(CHECKSUM, checksum(packet));
    }
    return packet.array();
  }

  /// Reads a reply.
  ///
  /// @param ipHeader whether an IPv4 header stands before it
  /// @return null when it is none, or too short to carry a token
  static @Nullable EchoPacket reply(byte[] octets, boolean ipv6, boolean ipHeader) {
    int start = ipHeader ? ipv4HeaderBytes(octets) : 0;
    if (start < 0 || octets.length - start < HEADER_BYTES + PAYLOAD_BYTES_MIN) {
      return null;
    }
    ByteBuffer packet = ByteBuffer.wrap(octets, start, octets.length - start).slice();
    if (packet.get() != (ipv6 ? REPLY_V6 : REPLY) || packet.get() != 0) {
      return null;
    }
    packet.getShort(); // the kernel has checked it
    return new EchoPacket(
        Short.toUnsignedInt(packet.getShort()),
        Short.toUnsignedInt(packet.getShort()),
        packet.getLong());
  }

  private static int ipv4HeaderBytes(byte[] octets) {
    int length = octets.length == 0 ? 0 : (octets[0] & 0xf) * Integer.BYTES;
    return length < IPV4_HEADER_BYTES_MIN || length > octets.length ? -1 : length;
  }

  /// RFC 1071.
  static short checksum(ByteBuffer packet) {
    int sum = 0;
    for (int i = 0; i + 1 < packet.capacity(); i += Short.BYTES) {
      sum += Short.toUnsignedInt(packet.getShort(i));
    }
    if (packet.capacity() % Short.BYTES == 1) {
      sum += Byte.toUnsignedInt(packet.get(packet.capacity() - 1)) << Byte.SIZE;
    }
    sum = (sum & 0xffff) + (sum >>> Short.SIZE);
    sum += sum >>> Short.SIZE;
    return (short) ~sum;
  }
}
