package detour.server.probe.application;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The packets of the MySQL protocol as bytes: three octets of length, one that counts the packets
/// of an exchange, and the body. All numbers are little-endian.
final class MysqlPackets {
  static final int OK = 0x00;
  static final int MORE_DATA = 0x01;
  static final int LOCAL_INFILE = 0xfb;
  static final int END = 0xfe;
  static final int ERROR = 0xff;

  /// What a header can say. Longer answers come in several packets.
  static final int BODY_OCTETS_MAX = 0xffffff;

  /// A greeting is shorter; what is longer is another protocol.
  static final int GREETING_OCTETS_MAX = 4096;

  private static final int HEADER_OCTETS = 4;
  private static final int SQL_STATE_OCTETS = 6;
  private static final int NULL_COLUMN = 0xfb;

  /// Longer bodies that begin with [#END] are rows.
  private static final int END_OCTETS_MAX = 8;

  private MysqlPackets() {}

  /// A packet of the server.
  ///
  /// @param sequence what the next packet counts on from
  /// @param body never empty; valid until the next packet is read
  record Packet(int sequence, ByteBuf body) {
    /// What kind of packet it is, where the first octet says so.
    int kind() {
      return body.getUnsignedByte(body.readerIndex());
    }

    boolean isEnd() {
      return kind() == END && body.readableBytes() <= END_OCTETS_MAX;
    }
  }

  /// The next packet; null when it has not come in wholly.
  ///
  /// @param octetsMax what the body may have
  /// @throws MalformedReply when it never will be one
  static @Nullable Packet read(ByteBuf in, int octetsMax) {
    if (in.readableBytes() < HEADER_OCTETS) {
      return null;
    }
    int length = in.getUnsignedMediumLE(in.readerIndex());
    if (length == 0) {
      throw new MalformedReply("an empty packet");
    }
    if (length > octetsMax) {
      throw new MalformedReply("a packet of " + length + " bytes");
    }
    if (in.readableBytes() < HEADER_OCTETS + length) {
      return null;
    }
    int sequence = in.getUnsignedByte(in.readerIndex() + 3);
    in.skipBytes(HEADER_OCTETS);
    return new Packet(sequence, in.readSlice(length));
  }

  /// As `Access denied for user 'detour'@'192.0.2.1' (1045)`.
  static String error(ByteBuf body) {
    require(body, 3);
    body.skipBytes(1);
    int code = body.readUnsignedShortLE();
    // Errors of the time before the client's abilities are known have no SQL state.
    if (body.isReadable()
        && body.getByte(body.readerIndex()) == '#'
        && body.readableBytes() >= SQL_STATE_OCTETS) {
      body.skipBytes(SQL_STATE_OCTETS);
    }
    return ReplyText.rest(body) + " (" + code + ")";
  }

  /// The first column of a row, as text; null for NULL.
  static @Nullable String firstColumn(ByteBuf body) {
    if (body.getUnsignedByte(body.readerIndex()) == NULL_COLUMN) {
      return null;
    }
    long length = number(body);
    if (length > body.readableBytes()) {
      throw new MalformedReply("a column is longer than its row");
    }
    return body.readString((int) length, StandardCharsets.UTF_8);
  }

  /// A length-encoded integer; at least 0.
  static long number(ByteBuf body) {
    require(body, 1);
    int first = body.readUnsignedByte();
    long value =
        switch (first) {
          case 0xfc -> {
            require(body, 2);
            yield body.readUnsignedShortLE();
          }
          case 0xfd -> {
            require(body, 3);
            yield body.readUnsignedMediumLE();
          }
          case 0xfe -> {
            require(body, 8);
            yield body.readLongLE();
          }
          case 0xfb, 0xff -> -1;
          default -> first;
        };
    if (value < 0) {
      throw new MalformedReply("a length that is none");
    }
    return value;
  }

  static void require(ByteBuf body, int octets) {
    if (body.readableBytes() < octets) {
      throw new MalformedReply("a packet is too short");
    }
  }

  /// A packet around a body.
  static ByteBuf packet(int sequence, byte[] body) {
    return Unpooled.buffer(HEADER_OCTETS + body.length)
        .writeMediumLE(body.length)
        .writeByte(sequence)
        .writeBytes(body);
  }

  /// A command, with which a new exchange begins.
  static ByteBuf command(int command, String argument) {
    byte[] text = argument.getBytes(StandardCharsets.UTF_8);
    return Unpooled.buffer(HEADER_OCTETS + 1 + text.length)
        .writeMediumLE(1 + text.length)
        .writeByte(0)
        .writeByte(command)
        .writeBytes(text);
  }
}
