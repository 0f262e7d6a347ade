package detour.server.probe.application;

import detour.server.probe.ProbeRun;
import detour.server.probe.text.FailureText;
import detour.server.probe.text.OneLine;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/// Ends the run by what becomes of the HTTP/2 connection around a call.
final class GrpcConnection extends ChannelInboundHandlerAdapter {
  /// The only stream there is; Netty keeps 1 for an upgrade from HTTP/1.1.
  private static final int CALL_STREAM_ID = 3;

  private final ProbeRun run;

  GrpcConnection(ProbeRun run) {
    this.run = run;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object frame) {
    try {
      if (frame instanceof Http2GoAwayFrame goAway) {
        goAway(goAway);
      }
    } finally {
      ReferenceCountUtil.release(frame);
    }
  }

  /// RFC 9113 section 6.8: a call whose stream is not above the last one may still be answered.
  private void goAway(Http2GoAwayFrame frame) {
    if (frame.lastStreamId() < CALL_STREAM_ID || frame.errorCode() != Http2Error.NO_ERROR.code()) {
      String text = frame.content().toString(StandardCharsets.UTF_8);
      run.fail(
          "the server goes away: "
              + error(frame.errorCode())
              + (text.isEmpty() ? "" : ", " + OneLine.of(text, 80)));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    run.fail("connection closed while " + run.activity());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    fail(run, error);
  }

  static void fail(ProbeRun run, Throwable error) {
    if (FailureText.ownLimit(error) != null) {
      run.failed(error);
    } else if (FailureText.innermost(error) instanceof Http2Exception broken) {
      run.fail("the answer is not HTTP/2: " + OneLine.of(String.valueOf(broken.getMessage()), 120));
    } else {
      run.fail(FailureText.of(error) + " while " + run.activity());
    }
  }

  /// An error code of HTTP/2 as RFC 9113 section 7 names it.
  static String error(long code) {
    Http2Error known = Http2Error.valueOf(code);
    return known == null ? "error " + code : known.name();
  }
}
