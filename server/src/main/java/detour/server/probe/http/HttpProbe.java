package detour.server.probe.http;

import detour.failover.model.Destination;
import detour.server.probe.ProbeRun;
import detour.server.probe.tls.TlsSettings;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/// One HTTP request on a connection of its own, as far as the first byte of its answer; from there
/// [HttpAnswer] judges.
final class HttpProbe {
  static final int STATUS_LINE_BYTES_MAX = 4096;
  static final int HEADERS_BYTES_MAX = 16 * 1024;
  private static final int CHUNK_BYTES_MAX = 8 * 1024;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private HttpProbe() {}

  static void start(HttpSettings settings, ProbeRun run) {
    TlsSettings tls = settings.tls();
    if (tls == null) {
      run.connect(settings.port(), handlers(settings, run));
    } else {
      String host = settings.host();
      run.connectTls(
          settings.port(),
          tls,
          host == null ? run.destination().text() : withoutPort(host),
          List.of(),
          handlers(settings, run));
    }
  }

  private static ChannelInitializer<Channel> handlers(HttpSettings settings, ProbeRun run) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel
            .pipeline()
            .addLast(
                new Conversation(settings, run),
                new HttpClientCodec(
                    new HttpDecoderConfig()
                        .setMaxInitialLineLength(STATUS_LINE_BYTES_MAX)
                        .setMaxHeaderSize(HEADERS_BYTES_MAX)
                        .setMaxChunkSize(CHUNK_BYTES_MAX),
                    HttpClientCodec.DEFAULT_PARSE_HTTP_AFTER_CONNECT_REQUEST,
                    false),
                new HttpAnswer(settings, run));
      }
    };
  }

  /// Sends the request once the connection is ready for it and notices the first byte back.
  private static final class Conversation extends ChannelInboundHandlerAdapter {
    private final HttpSettings settings;
    private final ProbeRun run;
    private boolean answering;

    Conversation(HttpSettings settings, ProbeRun run) {
      this.settings = settings;
      this.run = run;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      run.enter("first byte", "waiting for the status line");
      // From the pipeline's end, so that the codec behind this handler encodes it. A failed write
      // is no end: the answer may be there all the same, and where it is not, the closed connection
      // will tell.
      var _ = context.pipeline().writeAndFlush(request(settings, run));
      context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!answering) {
        answering = true;
        run.enter("match", "reading the headers");
      }
      context.fireChannelRead(message);
    }
  }

  private static FullHttpRequest request(HttpSettings settings, ProbeRun run) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(settings.method()),
            settings.path(),
            Unpooled.EMPTY_BUFFER);
    request
        .headers()
        .set(HttpHeaderNames.HOST, hostHeader(settings, run.destination()))
        .set(HttpHeaderNames.USER_AGENT, "detour")
        .set(HttpHeaderNames.ACCEPT, "*/*");
    settings.headers().forEach((name, value) -> request.headers().set(name, value));
    request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (settings.method().equals("POST")) {
      request.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
    }
    return request;
  }

  /// RFC 9110 section 7.2: the host, and the port where it is not the scheme's own.
  static String hostHeader(HttpSettings settings, Destination destination) {
    if (settings.host() != null) {
      return settings.host();
    }
    String name =
        switch (destination) {
          case Destination.HostName(String hostName) -> hostName;
          case Destination.Address(InetAddress address) ->
              address instanceof Inet6Address
                  ? "[" + address.getHostAddress() + "]"
                  : address.getHostAddress();
        };
    int schemePort = settings.tls() == null ? HTTP_PORT : HTTPS_PORT;
    return settings.port() == schemePort ? name : name + ":" + settings.port();
  }

  /// `[2001:db8::1]:443` is `2001:db8::1`, `www.example.com:8443` is `www.example.com`.
  static String withoutPort(String host) {
    if (host.startsWith("[")) {
      return host.substring(1, host.indexOf(']'));
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }
}
