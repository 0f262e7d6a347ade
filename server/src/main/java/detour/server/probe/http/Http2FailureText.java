package detour.server.probe.http;

import detour.server.probe.text.OneLine;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What went wrong with HTTP/2, in words for an operator.
final class Http2FailureText {
  private Http2FailureText() {}

  /// RFC 9113 section 7: `REFUSED_STREAM`, or the number of a code that has no name.
  static String name(long errorCode) {
    Http2Error error = Http2Error.valueOf(errorCode);
    return error == null ? "error " + errorCode : error.name();
  }

  /// As `GOAWAY, ENHANCE_YOUR_CALM: too many requests`.
  static String of(Http2GoAwayFrame frame) {
    String words = OneLine.of(frame.content().toString(StandardCharsets.UTF_8), 80);
    return "GOAWAY, " + name(frame.errorCode()) + (words.isEmpty() ? "" : ": " + words);
  }

  /// Null when the error is not one of HTTP/2.
  static @Nullable String of(Throwable error) {
    Throwable cause = error;
    for (int depth = 0; cause != null && depth < 8; depth++) {
      switch (cause) {
        case Http2Exception.HeaderListSizeException tooLong -> {
          return HttpAnswer.HEADERS_TOO_LONG;
        }
        case Http2Exception broken -> {
          return ofMessage(String.valueOf(broken.getMessage()));
        }
        case Http2FrameStreamException stream when stream.getCause() == null -> {
          return "the answer is not HTTP/2: " + name(stream.error().code());
        }
        default -> cause = cause.getCause();
      }
    }
    return null;
  }

  /// By what the library says, which has no better way to tell.
  private static String ofMessage(String message) {
    if (message.startsWith("First received frame was not SETTINGS")
        || message.startsWith("Unexpected HTTP/1.x")) {
      return "the other side does not speak HTTP/2 on this port";
    }
    if (message.startsWith("Header size exceeded max")) {
      return HttpAnswer.HEADERS_TOO_LONG;
    }
    return "the answer is not HTTP/2: " + OneLine.of(message, 120);
  }
}
