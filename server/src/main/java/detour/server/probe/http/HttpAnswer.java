package detour.server.probe.http;

import detour.server.probe.ProbeRun;
import detour.server.probe.text.FailureText;
import detour.server.probe.text.OneLine;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Judges an HTTP answer as it comes in, and ends the run as soon as its outcome is certain.
final class HttpAnswer extends SimpleChannelInboundHandler<HttpObject> {
  static final int BODY_BYTES_MAX = 64 * 1024;

  private final HttpSettings settings;
  private final ProbeRun run;
  private final byte[] wanted;
  private @Nullable String accepted;
  private byte[] body = new byte[1024];
  private int bodyBytes;

  HttpAnswer(HttpSettings settings, ProbeRun run) {
    this.settings = settings;
    this.run = run;
    String text = settings.body();
    this.wanted = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (run.ended()) {
      return;
    }
    DecoderResult decoded = part.decoderResult();
    if (decoded.isFailure()) {
      run.fail(malformed(decoded.cause()));
      return;
    }
    if (part instanceof HttpResponse response) {
      head(response);
    }
    if (part instanceof HttpContent content && accepted != null) {
      body(content.content());
      if (content instanceof LastHttpContent && !run.ended()) {
        run.fail("body does not contain " + quotedBody() + " (read " + bodyBytes + " bytes)");
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (accepted == null) {
      run.fail("connection closed while " + run.activity());
    } else {
      run.fail("connection closed within the body (read " + bodyBytes + " bytes)");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    if (FailureText.ownLimit(error) != null) {
      run.failed(error);
    } else {
      run.fail(FailureText.of(error) + " while " + run.activity());
    }
  }

  private void head(HttpResponse response) {
    int status = response.status().code();
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL && status != 101) {
      // RFC 9110 section 15.2: interim answers precede the final one.
      run.doing("waiting for the final status after " + status);
      return;
    }
    if (!settings.accepts(status)) {
      run.fail("status " + status + ", expected " + settings.expectedStatuses() + where(response));
      return;
    }
    accepted = OneLine.of((status + " " + response.status().reasonPhrase()).strip(), 80);
    if (wanted.length == 0) {
      run.pass(accepted);
    } else {
      run.doing("reading the body");
    }
  }

  private static String where(HttpResponse response) {
    String location = response.headers().get(HttpHeaderNames.LOCATION);
    return location == null ? "" : " (a redirect to " + OneLine.of(location, 100) + ")";
  }

  private void body(ByteBuf content) {
    int taken = Math.min(content.readableBytes(), BODY_BYTES_MAX - bodyBytes);
    if (bodyBytes + taken > body.length) {
      body = Arrays.copyOf(body, Math.max(bodyBytes + taken, body.length * 2));
    }
    content.readBytes(body, bodyBytes, taken);
    // What was searched before is not searched again, but for a beginning at its very end.
    int from = Math.max(0, bodyBytes - wanted.length + 1);
    bodyBytes += taken;
    if (contains(from)) {
      run.pass(accepted + ", body matches");
    } else if (bodyBytes == BODY_BYTES_MAX) {
      run.fail("body does not contain " + quotedBody() + " in its first 64 KiB");
    } else if (taken > 0) {
      run.doing("reading the body (read " + bodyBytes + " bytes)");
    }
  }

  private boolean contains(int from) {
    for (int at = from; at + wanted.length <= bodyBytes; at++) {
      if (Arrays.equals(body, at, at + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  private String quotedBody() {
    return "'" + OneLine.of(String.valueOf(settings.body()), 80) + "'";
  }

  private static String malformed(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException line ->
          "status line longer than " + HttpProbe.STATUS_LINE_BYTES_MAX + " bytes";
      case TooLongHttpHeaderException headers ->
          "headers longer than " + HttpProbe.HEADERS_BYTES_MAX / 1024 + " KiB";
      default -> "the answer is not HTTP: " + OneLine.of(String.valueOf(cause.getMessage()), 120);
    };
  }
}
