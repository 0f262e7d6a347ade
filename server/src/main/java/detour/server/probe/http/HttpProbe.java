package detour.server.probe.http;

import detour.failover.model.Destination;
import detour.server.probe.ProbeRun;
import detour.server.probe.text.FailureText;
import detour.server.probe.tls.TlsFailureText;
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
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.Inet6Address;
import java.net.InetAddress;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

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
      open(settings, run, null);
      return;
    }
    run.prepare("reading the certificates to trust");
    var _ =
        run.tlsEngine(tls, tlsName(settings, tls, run), settings.port())
            .whenCompleteAsync(
                (engine, error) -> {
                  if (engine == null) {
                    run.notStarted("the certificates to trust cannot be read: " + cause(error));
                  } else if (!run.ended()) {
                    open(settings, run, engine);
                  }
                },
                run.loop());
  }

  private static void open(HttpSettings settings, ProbeRun run, @Nullable SSLEngine engine) {
    run.connect(
        settings.port(),
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            if (engine != null) {
              SslHandler handler = new SslHandler(engine);
              handler.setHandshakeTimeoutMillis(0); // the run has the timeout
              handler.setCloseNotifyFlushTimeoutMillis(0);
              channel.pipeline().addLast(handler);
            }
            channel
                .pipeline()
                .addLast(
                    new Conversation(settings, run, engine != null),
                    new HttpClientCodec(
                        new HttpDecoderConfig()
                            .setMaxInitialLineLength(STATUS_LINE_BYTES_MAX)
                            .setMaxHeaderSize(HEADERS_BYTES_MAX)
                            .setMaxChunkSize(CHUNK_BYTES_MAX),
                        HttpClientCodec.DEFAULT_PARSE_HTTP_AFTER_CONNECT_REQUEST,
                        false),
                    new HttpAnswer(settings, run));
          }
        });
  }

  /// Sends the request once the connection is ready for it and notices the first byte back.
  private static final class Conversation extends ChannelInboundHandlerAdapter {
    private final HttpSettings settings;
    private final ProbeRun run;
    private final boolean secure;
    private boolean answering;

    Conversation(HttpSettings settings, ProbeRun run, boolean secure) {
      this.settings = settings;
      this.run = run;
      this.secure = secure;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      if (secure) {
        run.enter("handshake", "shaking hands for TLS");
      } else {
        send(context);
      }
      context.fireChannelActive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake && !run.ended()) {
        if (handshake.isSuccess()) {
          send(context);
        } else {
          failHandshake(handshake.cause());
        }
      }
      context.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!answering) {
        answering = true;
        run.enter("match", "reading the headers");
      }
      context.fireChannelRead(message);
    }

    private void send(ChannelHandlerContext context) {
      run.enter("first byte", "waiting for the status line");
      // From the pipeline's end, so that the codec behind this handler encodes it. A failed write
      // is no end: the answer may be there all the same, and where it is not, the closed connection
      // will tell.
      var _ = context.pipeline().writeAndFlush(request(settings, run));
    }

    private void failHandshake(Throwable error) {
      if (FailureText.ownLimit(error) != null) {
        run.failed(error);
        return;
      }
      run.fail(TlsFailureText.of(error));
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

  private static String tlsName(HttpSettings settings, TlsSettings tls, ProbeRun run) {
    if (tls.serverName() != null) {
      return tls.serverName();
    }
    String host = settings.host();
    return host == null ? run.destination().text() : withoutPort(host);
  }

  /// `[2001:db8::1]:443` is `2001:db8::1`, `www.example.com:8443` is `www.example.com`.
  static String withoutPort(String host) {
    if (host.startsWith("[")) {
      return host.substring(1, host.indexOf(']'));
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }

  private static String cause(@Nullable Throwable error) {
    return error == null ? "" : FailureText.of(error);
  }
}
