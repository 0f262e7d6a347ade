package detour.server.probe.http;

import detour.server.probe.ProbeRun;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;

/// A connection that carries one request of HTTP/1.1 (RFC 9112).
final class Http1Connection {
  static final int STATUS_LINE_BYTES_MAX = 4096;
  static final int HEADERS_BYTES_MAX = 16 * 1024;
  private static final int CHUNK_BYTES_MAX = 8 * 1024;

  private Http1Connection() {}

  static ChannelInitializer<Channel> handlers(Hop hop, HttpAnswer answer, ProbeRun run) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel
            .pipeline()
            .addLast(
                new FirstByte(run),
                new HttpClientCodec(
                    new HttpDecoderConfig()
                        .setMaxInitialLineLength(STATUS_LINE_BYTES_MAX)
                        .setMaxHeaderSize(HEADERS_BYTES_MAX)
                        .setMaxChunkSize(CHUNK_BYTES_MAX),
                    HttpClientCodec.DEFAULT_PARSE_HTTP_AFTER_CONNECT_REQUEST,
                    false),
                new Asking(hop, run),
                answer);
      }
    };
  }

  /// Sends the request once the connection is open.
  private static final class Asking extends ChannelInboundHandlerAdapter {
    private final Hop hop;
    private final ProbeRun run;

    Asking(Hop hop, ProbeRun run) {
      this.hop = hop;
      this.run = run;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      FirstByte.await(run);
      FullHttpRequest request = hop.request();
      request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      // A failed write is no end: the answer may be there all the same, and where it is not, the
      // closed connection will tell.
      var _ = context.writeAndFlush(request);
      context.fireChannelActive();
    }
  }
}
