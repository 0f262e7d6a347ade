package detour.server.probe.http;

import static detour.server.probe.Probing.PATIENT;
import static detour.server.probe.Probing.expecting;
import static detour.server.probe.Probing.http2;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.ProbeResult;
import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.CharsetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What an HTTP/2 server can do wrong, by one that does it on purpose.
class Http2FaultTest {
  private static final String ADDRESS = "127.0.0.33";
  private static final Duration SHORT = Duration.ofMillis(700);
  private static final MultiThreadIoEventLoopGroup LOOPS =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  @AfterAll
  static void stop() {
    LOOPS.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /// What is done with a request.
  private interface Script {
    void play(ChannelHandlerContext context, Http2FrameStream stream);
  }

  @Test
  void shouldSayThatTheServerResetTheStream() throws Exception {
    assertThat(
            detail((context, stream) ->
                send(
                    context, new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM).stream(stream))))
        .isEqualTo("stream reset by the server, REFUSED_STREAM");
    assertThat(
            detail((context, stream) -> {
              queue(context, headers(stream, "200"));
              queue(context, data(stream, "half"));
              send(context, new DefaultHttp2ResetFrame(0x77).stream(stream));
            }))
        .isEqualTo("stream reset by the server, error 119");
  }

  @Test
  void shouldSayThatTheServerGoesAway() throws Exception {
    // RFC 9113 sections 6.5 and 6.8: empty SETTINGS; GOAWAY that will look at no stream.
    String settings = "\0\0\0\4\0\0\0\0\0";
    String goAway = "\0\0\20\7\0\0\0\0\0" + "\0\0\0\0" + "\0\0\0\13" + "too many";
    try (ScriptedBackend backend =
        ScriptedBackend.on(
            ADDRESS,
            socket -> {
              ScriptedBackend.send(socket, settings + goAway);
              Thread.sleep(60_000);
            })) {
      HttpSettings asking = http2(expecting(backend.port(), "is ok", "200"), null);
      assertThat(Probing.run("http", asking, ADDRESS, PATIENT).detail())
          .isEqualTo("request refused by GOAWAY, ENHANCE_YOUR_CALM: too many");
    }
  }

  @Test
  void shouldTakeAnAnswerThatComesAfterGoAway() throws Exception {
    assertThat(
            detail((context, stream) -> {
              queue(context, new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(1));
              queue(context, headers(stream, "200"));
              send(context, new DefaultHttp2DataFrame(bytes("all is ok"), true).stream(stream));
            }))
        .isEqualTo("200 OK, body matches");
  }

  @Test
  void shouldSayThatTheConnectionWasClosedAfterGoAway() throws Exception {
    assertThat(
            detail((context, stream) -> {
              queue(context, new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(1));
              send(context, headers(stream, "200"));
              // Past the codec, which would send a goodbye of its own.
              context.channel().unsafe().close(context.channel().newPromise());
            }))
        .matches("connection (closed|reset) .* after GOAWAY, NO_ERROR");
  }

  @Test
  void shouldFindABodyTextThatArrivesInPieces() throws Exception {
    assertThat(
            detail((context, stream) -> {
              send(context, headers(stream, "200"));
              long delay = 0;
              for (String piece : new String[] {"all i", "s", " o", "k"}) {
                delay += 20; // so that the pieces are read apart
                var _ =
                    context
                        .executor()
                        .schedule(
                            () -> send(context, data(stream, piece)), delay, TimeUnit.MILLISECONDS);
              }
            }))
        .isEqualTo("200 OK, body matches");
  }

  @Test
  void shouldStopReadingABodyThatNeverEnds() throws Exception {
    assertThat(
            detail((context, stream) -> {
              send(context, headers(stream, "200"));
              for (int i = 0; i < 100; i++) {
                send(context, data(stream, "x".repeat(10_000)));
              }
            }))
        .isEqualTo("body does not contain 'is ok' in its first 64 KiB");
  }

  @Test
  void shouldTimeOutOnABodyThatStops() throws Exception {
    assertThat(
            detail(
                (context, stream) -> {
                  queue(context, headers(stream, "200"));
                  send(context, data(stream, "half"));
                },
                SHORT))
        .isEqualTo("timed out after 700 ms while reading the body (read 4 bytes)");
  }

  @Test
  void shouldReadTheFinalStatusAfterInterimOnes() throws Exception {
    assertThat(
            detail((context, stream) -> {
              queue(context, headers(stream, "103"));
              queue(context, headers(stream, "200"));
              send(context, new DefaultHttp2DataFrame(bytes("is ok"), true).stream(stream));
            }))
        .isEqualTo("200 OK, body matches");
  }

  @Test
  void shouldRefuseHugeHeaders() throws Exception {
    assertThat(
            detail((context, stream) -> {
              DefaultHttp2Headers huge = new DefaultHttp2Headers();
              huge.status("200");
              for (int i = 0; i < 30; i++) {
                huge.add("x-" + i, "x".repeat(1000));
              }
              send(context, new DefaultHttp2HeadersFrame(huge, true).stream(stream));
            }))
        .isEqualTo("headers longer than 16 KiB");
  }

  private static String detail(Script script) throws InterruptedException {
    return detail(script, PATIENT);
  }

  private static String detail(Script script, Duration timeout) throws InterruptedException {
    Channel server = serve(script);
    try {
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      HttpSettings settings = http2(expecting(port, "is ok", "200"), null);
      ProbeResult result = Probing.run("http", settings, ADDRESS, timeout);
      assertThat(result.passed()).isEqualTo(result.detail().startsWith("200"));
      return result.detail();
    } finally {
      server.close().sync();
    }
  }

  private static Channel serve(Script script) throws InterruptedException {
    return new ServerBootstrap()
        .group(LOOPS)
        .channel(NioServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(
                        Http2FrameCodecBuilder.forServer()
                            .encoderEnforceMaxConcurrentStreams(false)
                            .encoderIgnoreMaxHeaderListSize(true)
                            .build(),
                        new Playing(script));
              }
            })
        .bind(new InetSocketAddress(ADDRESS, 0))
        .sync()
        .channel();
  }

  private static void send(ChannelHandlerContext context, Object frame) {
    var _ = context.writeAndFlush(frame);
  }

  private static void queue(ChannelHandlerContext context, Object frame) {
    var _ = context.write(frame);
  }

  private static DefaultHttp2HeadersFrame headers(Http2FrameStream stream, String status) {
    return new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status(status), false)
        .stream(stream);
  }

  private static DefaultHttp2DataFrame data(Http2FrameStream stream, String text) {
    return new DefaultHttp2DataFrame(bytes(text), false).stream(stream);
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, CharsetUtil.UTF_8);
  }

  private static final class Playing extends ChannelInboundHandlerAdapter {
    private final Script script;

    Playing(Script script) {
      this.script = script;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof Http2HeadersFrame request) {
        script.play(context, request.stream());
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
      var _ = context.close(); // the probe went away, as probes do
    }
  }
}
