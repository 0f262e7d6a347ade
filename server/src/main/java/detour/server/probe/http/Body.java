package detour.server.probe.http;

import detour.server.probe.text.OneLine;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The body of one answer, as far as it is read, and whether it is as expected.
final class Body {
  private final Expectation expected;
  private final int bytesMax;
  private final byte[] wanted;
  private byte[] content;
  private int bytes;
  private boolean found;
  private boolean tooLong;

  Body(Expectation expected, int bytesMax) {
    this.expected = expected;
    this.bytesMax = bytesMax;
    String text = expected.body();
    this.wanted = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    this.found = text == null;
    this.content = new byte[expected.readsBody() ? 1024 : 0];
  }

  /// How many bytes were read.
  int bytes() {
    return bytes;
  }

  /// Whether there is more of it than may be read.
  boolean tooLong() {
    return tooLong;
  }

  /// Whether nothing that may follow can change that it matches.
  boolean foundEarly() {
    return found && !expected.judgesWholeBody();
  }

  void add(ByteBuf piece) {
    int taken = Math.min(piece.readableBytes(), bytesMax - bytes);
    tooLong = taken < piece.readableBytes();
    if (bytes + taken > content.length) {
      content = Arrays.copyOf(content, Math.min(bytesMax, Math.max(bytes + taken, bytes * 2)));
    }
    piece.readBytes(content, bytes, taken);
    // What was searched before is not searched again, but for a beginning at its very end.
    int from = Math.max(0, bytes - wanted.length + 1);
    bytes += taken;
    found = found || contains(from);
  }

  /// The first thing that is not as expected, once the body is read; null when all is.
  @Nullable String mismatch() {
    if (!found) {
      return "body does not contain " + quoted(expected.body()) + howMuch();
    }
    BodyRegex regex = expected.regex();
    if (regex != null) {
      switch (regex.find(new String(content, 0, bytes, StandardCharsets.UTF_8))) {
        case FOUND -> {}
        case NOT_FOUND -> {
          return "body does not match " + quoted(regex) + howMuch();
        }
        case TOO_MUCH_WORK -> {
          return "body_regex takes too long with this body and was stopped" + howMuch();
        }
      }
    }
    if (expected.json().isEmpty()) {
      return null;
    }
    return tooLong
        ? "body is longer than " + size(bytesMax) + " and was not read as JSON"
        : expected.json().mismatch(content, bytes);
  }

  private boolean contains(int from) {
    for (int at = from; at + wanted.length <= bytes; at++) {
      if (Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  private String howMuch() {
    return tooLong ? " in its first " + size(bytesMax) : " (read " + bytes + " bytes)";
  }

  private static String quoted(@Nullable Object text) {
    return "'" + OneLine.of(String.valueOf(text), 80) + "'";
  }

  private static String size(int bytes) {
    return bytes % 1024 == 0 ? bytes / 1024 + " KiB" : bytes + " bytes";
  }
}
