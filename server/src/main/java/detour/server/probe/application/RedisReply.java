package detour.server.probe.application;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A reply of Redis in RESP2.
sealed interface RedisReply {
  /// A status, `+OK`.
  record Status(String text) implements RedisReply {}

  /// An error, `-ERR ...`, without the minus.
  record Failure(String text) implements RedisReply {}

  /// A number, `:42`.
  record IntegerReply(long value) implements RedisReply {}

  /// A string of known length; null for none.
  record Text(@Nullable String text) implements RedisReply {}

  /// Several replies.
  record Items(List<RedisReply> items) implements RedisReply {
    public Items {
      items = List.copyOf(items);
    }
  }

  int LINE_OCTETS_MAX = 4096;
  int TEXT_OCTETS_MAX = 32 * 1024;

  /// In all arrays of a reply together, so that reading it again with each piece costs little.
  int ITEMS_MAX = 1024;

  int DEPTH_MAX = 4;

  /// The next reply, whole; null when it has not come in wholly, and nothing is read then.
  ///
  /// @throws MalformedReply when it never will be one
  static @Nullable RedisReply read(ByteBuf in) {
    int start = in.readerIndex();
    RedisReply reply = new Reading(in).read(0);
    if (reply == null) {
      in.readerIndex(start);
    }
    return reply;
  }

  /// One attempt to read a reply.
  final class Reading {
    private final ByteBuf in;
    private int itemsLeft = ITEMS_MAX;

    private Reading(ByteBuf in) {
      this.in = in;
    }

    @Nullable RedisReply read(int depth) {
      if (depth > DEPTH_MAX) {
        throw new MalformedReply("replies within replies");
      }
      if (!in.isReadable()) {
        return null;
      }
      char type = (char) in.getUnsignedByte(in.readerIndex());
      if ("+-:$*".indexOf(type) < 0) {
        throw new MalformedReply("no reply begins so");
      }
      String line = line();
      if (line == null) {
        return null;
      }
      String value = line.substring(1);
      return switch (type) {
        case '+' -> new Status(value);
        case '-' -> new Failure(value);
        case ':' -> new IntegerReply(number(value));
        case '$' -> text(number(value));
        default -> items(number(value), depth);
      };
    }

    private @Nullable String line() {
      int length = in.bytesBefore((byte) '\r');
      if (length > LINE_OCTETS_MAX || (length < 0 && in.readableBytes() > LINE_OCTETS_MAX)) {
        throw new MalformedReply("a line longer than " + LINE_OCTETS_MAX + " bytes");
      }
      if (length < 0 || in.readableBytes() < length + 2) {
        return null;
      }
      String line = in.readString(length, StandardCharsets.UTF_8);
      in.skipBytes(1);
      if (in.readByte() != '\n') {
        throw new MalformedReply("a line that does not end");
      }
      return line;
    }

    private @Nullable RedisReply text(long length) {
      if (length == -1) {
        return new Text(null);
      }
      if (length < 0 || length > TEXT_OCTETS_MAX) {
        throw new MalformedReply("a string of " + length + " bytes");
      }
      if (in.readableBytes() < length + 2) {
        return null;
      }
      String text = in.readString((int) length, StandardCharsets.UTF_8);
      if (in.readShort() != (('\r' << 8) | '\n')) {
        throw new MalformedReply("a string that does not end");
      }
      return new Text(text);
    }

    private @Nullable RedisReply items(long count, int depth) {
      if (count < -1 || count > itemsLeft) {
        throw new MalformedReply("an array of " + count + " items");
      }
      itemsLeft -= (int) Math.max(0, count);
      List<RedisReply> items = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        RedisReply item = read(depth + 1);
        if (item == null) {
          return null;
        }
        items.add(item);
      }
      return new Items(items);
    }

    private static long number(String digits) {
      if (!digits.matches("-?[0-9]{1,18}")) {
        throw new MalformedReply("a number that is none");
      }
      return Long.parseLong(digits);
    }
  }
}
