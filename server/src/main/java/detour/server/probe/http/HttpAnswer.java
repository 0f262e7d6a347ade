package detour.server.probe.http;

import detour.server.probe.ProbeRun;
import detour.server.probe.text.FailureText;
import detour.server.probe.text.OneLine;
import detour.server.probe.tls.TlsFailureText;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Judges an HTTP answer as it comes in, and ends the run as soon as its outcome is certain.
final class HttpAnswer extends SimpleChannelInboundHandler<HttpObject> {
  static final String HEADERS_TOO_LONG =
      "headers longer than " + Http1Connection.HEADERS_BYTES_MAX / 1024 + " KiB";

  private final Expectation expected;
  private final ProbeRun run;
  private final HttpProbe probe;
  private final Hop hop;
  private final Body body;
  private @Nullable String accepted;

  /// What casts doubt on the connection while it still stands.
  private String doubt = "";

  /// Nothing that comes is of interest any more.
  private boolean done;

  HttpAnswer(HttpSettings settings, ProbeRun run, HttpProbe probe, Hop hop) {
    this.expected = settings.expected();
    this.run = run;
    this.probe = probe;
    this.hop = hop;
    this.body = new Body(expected, settings.bodyBytesMax());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (done || run.ended()) {
      return;
    }
    DecoderResult decoded = part.decoderResult();
    if (decoded.isFailure()) {
      fail(malformed(decoded.cause()));
      return;
    }
    if (part instanceof HttpResponse response) {
      head(response);
    }
    if (part instanceof HttpContent content && accepted != null && !done) {
      body(content);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    failed(error);
  }

  /// The connection ended before the answer did.
  void closed() {
    fail(
        accepted == null
            ? "connection closed while " + run.activity()
            : "connection closed within the body (read " + body.bytes() + " bytes)");
  }

  /// Ends the run by an error of this answer's connection.
  void failed(Throwable error) {
    if (done) {
      return;
    }
    String http2 = Http2FailureText.of(error);
    if (FailureText.ownLimit(error) != null) {
      run.failed(error);
    } else if (http2 != null) {
      fail(http2);
    } else if (FailureText.innermost(error) instanceof SSLException) {
      // With TLS 1.3 a server refuses a client's certificate only after the handshake.
      fail(TlsFailureText.of(error, run.tls()));
    } else {
      fail(FailureText.of(error) + " while " + run.activity());
    }
  }

  void fail(String detail) {
    if (!done) {
      done = true;
      run.fail(detail + doubt);
    }
  }

  /// Completes what a failure will say, should there be one.
  void doubt(String words) {
    doubt = words;
  }

  private void pass(String detail) {
    done = true;
    run.pass(detail);
  }

  private void head(HttpResponse response) {
    int status = response.status().code();
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL && status != 101) {
      // RFC 9110 section 15.2: interim answers precede the final one.
      run.doing("waiting for the final status after " + status);
      return;
    }
    String location = response.headers().get(HttpHeaderNames.LOCATION);
    if (location != null && probe.mayFollow(status)) {
      done = true;
      probe.follow(hop, status, location);
      return;
    }
    if (!expected.accepts(status)) {
      fail("status " + status + ", expected " + expected.statusText() + whereTo(location));
      return;
    }
    String wrong = wrongHeader(response.headers());
    if (wrong != null) {
      fail(wrong);
      return;
    }
    accepted = OneLine.of((status + " " + response.status().reasonPhrase()).strip(), 80);
    if (expected.readsBody()) {
      run.doing("reading the body");
    } else {
      pass(accepted);
    }
  }

  private static String whereTo(@Nullable String location) {
    return location == null ? "" : " (a redirect to " + OneLine.of(location, 100) + ")";
  }

  private @Nullable String wrongHeader(HttpHeaders headers) {
    if (expected.headers().isEmpty()) {
      return null;
    }
    for (Map.Entry<String, String> header : expected.headers().entrySet()) {
      List<String> values = headers.getAll(header.getKey());
      if (values.isEmpty()) {
        return "header " + header.getKey() + " is missing";
      }
      if (values.stream().noneMatch(value -> value.contains(header.getValue()))) {
        return "header %s is '%s' and does not contain '%s'"
            .formatted(
                header.getKey(),
                OneLine.of(values.getFirst(), 60),
                OneLine.of(header.getValue(), 60));
      }
    }
    return null;
  }

  private void body(HttpContent content) {
    body.add(content.content());
    if (body.foundEarly()) {
      pass(accepted + ", body matches");
    } else if (body.tooLong() || content instanceof LastHttpContent) {
      String wrong = body.mismatch();
      if (wrong == null) {
        pass(accepted + ", body matches");
      } else {
        fail(wrong);
      }
    } else if (body.bytes() > 0) {
      run.doing("reading the body (read " + body.bytes() + " bytes)");
    }
  }

  private static String malformed(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException line ->
          "status line longer than " + Http1Connection.STATUS_LINE_BYTES_MAX + " bytes";
      case TooLongHttpHeaderException headers -> HEADERS_TOO_LONG;
      default -> "the answer is not HTTP: " + OneLine.of(String.valueOf(cause.getMessage()), 120);
    };
  }
}
