package detour.server.probe.application;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The two messages of grpc.health.v1.Health/Check in protocol buffers, each in the frame that gRPC
/// puts around a message: an octet that says whether it is compressed, and its length.
final class HealthMessages {
  static final int FRAME_HEADER_OCTETS = 5;

  /// `string service = 1` of the request and `ServingStatus status = 1` of the response.
  private static final int FIELD = 1;

  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;
  private static final int VARINT_OCTETS_MAX = 10;

  private HealthMessages() {}

  /// What a server says of a service.
  enum ServingStatus {
    UNKNOWN,
    SERVING,
    NOT_SERVING,
    SERVICE_UNKNOWN
  }

  /// @param service empty for the server as a whole
  static ByteBuf request(String service) {
    byte[] name = service.getBytes(StandardCharsets.UTF_8);
    ByteBuf message = Unpooled.buffer();
    if (name.length > 0) { // proto3: a field of its default value is left out
      message.writeByte((FIELD << 3) | LENGTH_DELIMITED);
      writeVarint(message, name.length);
      message.writeBytes(name);
    }
    return Unpooled.buffer().writeByte(0).writeInt(message.readableBytes()).writeBytes(message);
  }

  /// The status of a response that has come in wholly, with its frame; null for a number that has
  /// no name.
  ///
  /// @throws MalformedReply when it is none
  static @Nullable ServingStatus status(ByteBuf in) {
    if (in.readableBytes() < FRAME_HEADER_OCTETS) {
      throw new MalformedReply("no whole message");
    }
    int compressed = in.readUnsignedByte();
    long length = in.readUnsignedInt();
    if (compressed != 0) {
      throw new MalformedReply("a compressed message, which was not asked for");
    }
    if (length != in.readableBytes()) {
      throw new MalformedReply(
          "a message of " + length + " bytes in " + in.readableBytes() + " bytes");
    }
    long status = 0; // proto3: a field that is left out has its default value
    while (in.isReadable()) {
      long tag = varint(in);
      if (tag == ((FIELD << 3) | VARINT)) {
        status = varint(in);
      } else {
        skip(in, (int) tag & 7);
      }
    }
    ServingStatus[] known = ServingStatus.values();
    return status >= 0 && status < known.length ? known[(int) status] : null;
  }

  /// Passes over a field that later versions of the protocol may have added.
  private static void skip(ByteBuf in, int wireType) {
    switch (wireType) {
      case VARINT -> varint(in);
      case FIXED_64 -> skip(in, 8L);
      case LENGTH_DELIMITED -> skip(in, varint(in));
      case FIXED_32 -> skip(in, 4L);
      default -> throw new MalformedReply("a field of wire type " + wireType);
    }
  }

  private static void skip(ByteBuf in, long octets) {
    if (octets < 0 || octets > in.readableBytes()) {
      throw new MalformedReply("a field longer than its message");
    }
    in.skipBytes((int) octets);
  }

  private static long varint(ByteBuf in) {
    long value = 0;
    for (int i = 0; i < VARINT_OCTETS_MAX && in.isReadable(); i++) {
      byte octet = in.readByte();
      value |= (octet & 0x7fL) << (7 * i);
      if (octet >= 0) {
        return value;
      }
    }
    throw new MalformedReply("a number without an end");
  }

  private static void writeVarint(ByteBuf out, int number) {
    int left = number;
    while (left > 0x7f) {
      out.writeByte((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.writeByte(left);
  }
}
