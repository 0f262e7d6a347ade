package detour.server.probe.http;

import detour.server.probe.ProbeRun;
import detour.server.probe.text.FailureText;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/// A connection that carries one request of HTTP/2 (RFC 9113): with TLS agreed on by ALPN, without
/// it by prior knowledge (section 3.3).
final class Http2Connection {
  static final String ALPN = "h2";

  private Http2Connection() {}

  static ChannelInitializer<Channel> handlers(Hop hop, HttpAnswer answer, ProbeRun run) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel
            .pipeline()
            .addLast(
                Http2FrameCodecBuilder.forClient()
                    .initialSettings(
                        Http2Settings.defaultSettings()
                            .pushEnabled(false)
                            .maxHeaderListSize(Http1Connection.HEADERS_BYTES_MAX))
                    // The run closes connections and does not wait for goodbyes.
                    .decoupleCloseAndGoAway(true)
                    .build(),
                new Http2MultiplexHandler(new Unasked()),
                new Asking(hop, answer, run));
      }
    };
  }

  /// Streams that the server opens: none, for push is not enabled.
  @ChannelHandler.Sharable
  private static final class Unasked extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }
  }

  /// Opens the one stream once the connection is open, and hears what concerns the connection.
  private static final class Asking extends ChannelInboundHandlerAdapter {
    private final Hop hop;
    private final HttpAnswer answer;
    private final ProbeRun run;

    Asking(Hop hop, HttpAnswer answer, ProbeRun run) {
      this.hop = hop;
      this.answer = answer;
      this.run = run;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      SslHandler tls = context.pipeline().get(SslHandler.class);
      if (tls != null && !ALPN.equals(tls.engine().getApplicationProtocol())) {
        answer.fail("the server does not speak HTTP/2: it did not choose h2 by ALPN");
        return;
      }
      FirstByte.await(run);
      new Http2StreamChannelBootstrap(context.channel())
          .handler(
              new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel stream) {
                  stream
                      .pipeline()
                      .addLast(
                          new FirstByte(run),
                          new Http2StreamFrameToHttpObjectCodec(false),
                          new EndOfStream(answer),
                          answer);
                }
              })
          .open()
          .addListener(opened -> {
            if (opened.isSuccess()) {
              ask((Channel) opened.getNow());
            } else {
              answer.failed(opened.cause());
            }
          });
    }

    private void ask(Channel stream) {
      stream
          .writeAndFlush(hop.request())
          .addListener(written -> {
            // Of a connection that is gone the answer hears in better words.
            if (!written.isSuccess() && stream.parent().isActive()) {
              answer.failed(written.cause());
            }
          });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof Http2GoAwayFrame goAway) {
        answer.doubt(" after " + Http2FailureText.of(goAway));
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      answer.closed();
      context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
      answer.failed(error);
    }
  }

  /// Hears that the server gave up the stream.
  private static final class EndOfStream extends ChannelInboundHandlerAdapter {
    private final HttpAnswer answer;

    EndOfStream(HttpAnswer answer) {
      this.answer = answer;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      switch (event) {
        case Http2ResetFrame reset ->
            answer.fail("stream reset by the server, " + Http2FailureText.name(reset.errorCode()));
        // RFC 9113 section 6.8: it comes here when the server will not look at the stream.
        case Http2GoAwayFrame goAway ->
            answer.fail("request refused by " + Http2FailureText.of(goAway));
        default -> {}
      }
      ReferenceCountUtil.release(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
      if (FailureText.ownLimit(error) == null) {
        answer.failed(error);
      } else {
        context.fireExceptionCaught(error);
      }
    }
  }
}
