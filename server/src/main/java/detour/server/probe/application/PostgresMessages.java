package detour.server.probe.application;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The messages of PostgreSQL's frontend/backend protocol 3.0 as bytes. A length includes itself
/// and not the type's octet.
final class PostgresMessages {
  private static final int PROTOCOL_3_0 = 3 << 16;
  private static final int SSL_REQUEST_CODE = 80877103;
  private static final int LENGTH_OCTETS = 4;

  /// What PostgreSQL itself never exceeds; text of other protocols does where a length should be.
  private static final int LENGTH_MAX = 1 << 30;

  private PostgresMessages() {}

  /// A message of the server.
  ///
  /// @param type a letter
  /// @param body behind the length; valid until the next message is read
  record Message(char type, ByteBuf body) {}

  /// The next message; null when it has not come in wholly.
  ///
  /// @throws MalformedReply when it never will be one
  static @Nullable Message read(ByteBuf in) {
    if (in.readableBytes() < 1 + LENGTH_OCTETS) {
      return null;
    }
    char type = (char) in.getUnsignedByte(in.readerIndex());
    long length = in.getUnsignedInt(in.readerIndex() + 1);
    boolean letter = (type >= 'A' && type <= 'Z') || (type >= 'a' && type <= 'z');
    if (!letter || length < LENGTH_OCTETS) {
      throw new MalformedReply("no message begins so");
    }
    if (length > LENGTH_MAX) {
      throw new MalformedReply("a message of " + length + " bytes");
    }
    if (in.readableBytes() < 1 + length) {
      return null;
    }
    in.skipBytes(1 + LENGTH_OCTETS);
    return new Message(type, in.readSlice((int) length - LENGTH_OCTETS));
  }

  static int number(ByteBuf body) {
    if (body.readableBytes() < Integer.BYTES) {
      throw new MalformedReply("a message is too short");
    }
    return body.readInt();
  }

  /// The first column of a DataRow, as text; null for NULL, and for a row without columns.
  static @Nullable String firstColumn(ByteBuf body) {
    if (body.readableBytes() < Short.BYTES) {
      throw new MalformedReply("a row is too short");
    }
    if (body.readUnsignedShort() == 0) {
      return null;
    }
    int length = number(body);
    if (length == -1) {
      return null;
    }
    if (length < 0 || length > body.readableBytes()) {
      throw new MalformedReply("a column is longer than its row");
    }
    return body.readString(length, StandardCharsets.UTF_8);
  }

  /// As `FATAL: password authentication failed for user "detour" (28P01)`.
  static String error(ByteBuf body) {
    String severity = "ERROR";
    String code = "";
    String message = "without a message";
    while (body.isReadable()) {
      byte field = body.readByte();
      if (field == 0) {
        break;
      }
      String value = ReplyText.untilZero(body);
      switch (field) {
        case 'S' -> severity = value;
        case 'C' -> code = value;
        case 'M' -> message = value;
        default -> {
          // The place in the server's source, hints and the like.
        }
      }
    }
    return severity + ": " + message + (code.isEmpty() ? "" : " (" + code + ")");
  }

  static ByteBuf sslRequest() {
    return Unpooled.buffer(8).writeInt(8).writeInt(SSL_REQUEST_CODE);
  }

  static ByteBuf startup(Map<String, String> parameters) {
    ByteBuf message = Unpooled.buffer();
    message.writeInt(0).writeInt(PROTOCOL_3_0);
    parameters.forEach((name, value) -> {
      writeText(message, name);
      writeText(message, value);
    });
    message.writeByte(0);
    return message.setInt(0, message.readableBytes());
  }

  static ByteBuf query(String sql) {
    ByteBuf message = begin('Q');
    writeText(message, sql);
    return end(message);
  }

  static ByteBuf password(String password) {
    ByteBuf message = begin('p');
    writeText(message, password);
    return end(message);
  }

  static ByteBuf saslInitial(String mechanism, String response) {
    byte[] octets = response.getBytes(StandardCharsets.UTF_8);
    ByteBuf message = begin('p');
    writeText(message, mechanism);
    message.writeInt(octets.length).writeBytes(octets);
    return end(message);
  }

  static ByteBuf sasl(String response) {
    ByteBuf message = begin('p');
    message.writeBytes(response.getBytes(StandardCharsets.UTF_8));
    return end(message);
  }

  /// By which the server learns that the connection ends on purpose.
  static byte[] terminate() {
    return new byte[] {'X', 0, 0, 0, LENGTH_OCTETS};
  }

  /// AuthenticationMD5Password: `md5` and the digest of the digest of password and user, and salt.
  static String md5(String user, Secret password, byte[] salt) {
    String inner = md5Hex(password.octets(), user.getBytes(StandardCharsets.UTF_8));
    return "md5" + md5Hex(inner.getBytes(StandardCharsets.US_ASCII), salt);
  }

  private static String md5Hex(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      List.of(parts).forEach(digest::update);
      return HexFormat.of().formatHex(digest.digest());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has MD5", e);
    }
  }

  private static ByteBuf begin(char type) {
    return Unpooled.buffer().writeByte(type).writeInt(0);
  }

  private static ByteBuf end(ByteBuf message) {
    return message.setInt(1, message.readableBytes() - 1);
  }

  private static void writeText(ByteBuf message, String text) {
    message.writeBytes(text.getBytes(StandardCharsets.UTF_8)).writeByte(0);
  }
}
