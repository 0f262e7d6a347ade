package detour.server.probe.application;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Text in what a database sends, as MySQL and PostgreSQL both write it.
final class ReplyText {
  private ReplyText() {}

  /// Text up to a zero octet.
  ///
  /// @throws MalformedReply when there is none
  static String untilZero(ByteBuf body) {
    int length = body.bytesBefore((byte) 0);
    if (length < 0) {
      throw new MalformedReply("text without an end");
    }
    String text = body.readString(length, StandardCharsets.UTF_8);
    body.skipBytes(1);
    return text;
  }

  /// What is left, as text.
  static String rest(ByteBuf body) {
    return body.readString(body.readableBytes(), StandardCharsets.UTF_8);
  }
}
