package detour.server.probe.application;

import detour.failover.model.Destination;
import detour.server.probe.ProbeRun;
import detour.server.probe.tls.TlsSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/// One call of grpc.health.v1.Health/Check on an HTTP/2 connection of its own; [GrpcAnswer] judges.
final class GrpcProbe {
  static final int HEADERS_BYTES_MAX = 16 * 1024;
  private static final String HTTP_2 = "h2";
  private static final String METHOD = "/grpc.health.v1.Health/Check";

  private GrpcProbe() {}

  static void start(GrpcSettings settings, ProbeRun run) {
    TlsSettings tls = settings.tls();
    ChannelInitializer<Channel> handlers =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new Opening(settings, run));
          }
        };
    if (tls == null) {
      run.connect(settings.port(), handlers);
    } else {
      String host = settings.host();
      run.connectTls(
          settings.port(),
          tls,
          host == null ? run.destination().text() : withoutPort(host),
          List.of(HTTP_2),
          handlers);
    }
  }

  /// Begins HTTP/2 once the connection is open and, with TLS, HTTP/2 was agreed on.
  private static final class Opening extends ChannelInboundHandlerAdapter {
    private final GrpcSettings settings;
    private final ProbeRun run;

    Opening(GrpcSettings settings, ProbeRun run) {
      this.settings = settings;
      this.run = run;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      if (run.ended()) {
        return;
      }
      SslHandler tls = context.pipeline().get(SslHandler.class);
      // RFC 9113 section 3.2: over TLS, ALPN must say h2.
      if (tls != null && !HTTP_2.equals(tls.engine().getApplicationProtocol())) {
        run.fail("the server does not speak HTTP/2: ALPN did not agree on h2");
        return;
      }
      run.enter("first byte", "waiting for the answer");
      context
          .pipeline()
          .addLast(codec(), new Http2MultiplexHandler(new NoStreams()), new GrpcConnection(run));
      call(context.channel());
      context.pipeline().remove(this);
    }

    /// RFC 9113 section 3.3: without TLS, HTTP/2 begins at once, by prior knowledge.
    private static Http2FrameCodec codec() {
      return Http2FrameCodecBuilder.forClient()
          .initialSettings(
              Http2Settings.defaultSettings()
                  .pushEnabled(false)
                  .maxHeaderListSize(HEADERS_BYTES_MAX))
          .gracefulShutdownTimeoutMillis(0)
          .build();
    }

    private void call(Channel channel) {
      var _ =
          new Http2StreamChannelBootstrap(channel)
              .handler(new GrpcAnswer(settings, run))
              .open()
              .addListener((Future<Http2StreamChannel> opened) -> {
                if (opened.isSuccess()) {
                  send(opened.getNow());
                } else {
                  run.failed(opened.cause());
                }
              });
    }

    private void send(Http2StreamChannel stream) {
      // Failed writes are no end: a reason may have come in, and the closed connection tells.
      var _ = stream.write(new DefaultHttp2HeadersFrame(headers(settings, run), false));
      var _ =
          stream.writeAndFlush(
              new DefaultHttp2DataFrame(HealthMessages.request(settings.service()), true));
    }
  }

  /// The server opens no streams: it was told not to push.
  private static final class NoStreams extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }
  }

  private static Http2Headers headers(GrpcSettings settings, ProbeRun run) {
    return new DefaultHttp2Headers()
        .method("POST")
        .scheme(settings.tls() == null ? "http" : "https")
        .path(METHOD)
        .authority(authority(settings, run.destination()))
        .set("te", "trailers")
        .set("content-type", "application/grpc")
        .set("user-agent", "detour");
  }

  private static String authority(GrpcSettings settings, Destination destination) {
    String host = settings.host();
    if (host != null) {
      return host;
    }
    return switch (destination) {
          case Destination.HostName(String name) -> name;
          case Destination.Address(InetAddress address) when address instanceof Inet6Address ->
              "[" + address.getHostAddress() + "]";
          case Destination.Address(InetAddress address) -> address.getHostAddress();
        }
        + ":"
        + settings.port();
  }

  /// `[2001:db8::1]:443` is `2001:db8::1`, `api.example.com:8443` is `api.example.com`.
  static String withoutPort(String host) {
    if (host.startsWith("[")) {
      return host.substring(1, host.indexOf(']'));
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }
}
