package detour.server.probe.prometheus;

import detour.server.probe.ProbeRun;
import detour.server.probe.SecretFile;
import detour.server.probe.prometheus.QueryAnswer.Sample;
import detour.server.probe.text.FailureText;
import detour.server.probe.text.OneLine;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One instant query on a connection of its own, and what its answer means.
final class PrometheusProbe {
  static final int ANSWER_BYTES_MAX = 256 * 1024;
  private static final int SHOWN_MAX = 80;

  private final PrometheusSettings settings;
  private final ProbeRun run;

  private PrometheusProbe(PrometheusSettings settings, ProbeRun run) {
    this.settings = settings;
    this.run = run;
  }

  static void start(PrometheusSettings settings, ProbeRun run) {
    new PrometheusProbe(settings, run).start();
  }

  private void start() {
    run.prepare("reading the token");
    CompletableFuture<String> token =
        settings.tokenFile() == null
            ? CompletableFuture.completedFuture("")
            : SecretFile.readLater(settings.tokenFile());
    var _ = token.whenCompleteAsync(this::withToken, run.loop());
  }

  private void withToken(@Nullable String token, @Nullable Throwable error) {
    if (token == null) {
      run.fail("the token file cannot be read" + (error == null ? "" : ": " + error.getMessage()));
      return;
    }
    run.resolve(settings.host(), addresses -> open(token, addresses.getFirst()));
  }

  private void open(String token, InetAddress address) {
    ChannelInitializer<Channel> handlers =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel
                .pipeline()
                .addLast(
                    new HttpClientCodec(),
                    new HttpObjectAggregator(ANSWER_BYTES_MAX),
                    new Conversation(token));
          }
        };
    if (settings.secure()) {
      run.connectTls(
          address, settings.port(), settings.tls(), settings.host(), List.of(), handlers);
    } else {
      run.connect(address, settings.port(), handlers);
    }
  }

  private FullHttpRequest request(String token) {
    String query =
        settings
            .query()
            .replace("{address}", run.destination().text())
            .replace("{destination}", run.destination().text());
    String base = settings.url().getRawPath().replaceFirst("/+$", "");
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.GET,
            base
                + "/api/v1/query?query="
                + URLEncoder.encode(query, StandardCharsets.UTF_8)
                + "&timeout="
                + Math.max(1, run.timeout().toMillis())
                + "ms",
            Unpooled.EMPTY_BUFFER);
    request
        .headers()
        .set(HttpHeaderNames.HOST, settings.url().getRawAuthority())
        .set(HttpHeaderNames.USER_AGENT, "detour")
        .set(HttpHeaderNames.ACCEPT, "application/json");
    if (!token.isEmpty()) {
      request.headers().set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token);
    }
    settings.headers().forEach((name, value) -> request.headers().set(name, value));
    request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return request;
  }

  /// Sends the query once the connection is ready for it, and judges the whole answer.
  private final class Conversation extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final String token;

    Conversation(String token) {
      this.token = token;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      run.enter("query", "waiting for the result of the query");
      var _ = context.writeAndFlush(request(token));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      if (response.decoderResult().isFailure()) {
        run.fail("the answer is not HTTP");
        return;
      }
      run.enter("match", "reading the result");
      judge(response.status().code(), ByteBufUtil.getBytes(response.content()));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      run.fail("connection closed while " + run.activity());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
      if (FailureText.ownLimit(error) != null) {
        run.failed(error);
      } else if (error instanceof TooLongFrameException) {
        run.fail(
            "the answer is longer than %d KiB: let the query give fewer series"
                .formatted(ANSWER_BYTES_MAX / 1024));
      } else {
        run.fail(FailureText.of(error) + " while " + run.activity());
      }
    }
  }

  private void judge(int status, byte[] body) {
    switch (QueryAnswer.read(body)) {
      case QueryAnswer.Refused(String reason) ->
          run.fail("Prometheus answered " + status + ", " + OneLine.of(reason, 160));
      case QueryAnswer.Found(List<Sample> samples) -> {
        if (status != 200) {
          run.fail("Prometheus answered " + status);
        } else if (samples.isEmpty()) {
          run.fail("the query gives no series");
        } else {
          compare(samples);
        }
      }
    }
  }

  private void compare(List<Sample> samples) {
    Expectation expectation = settings.expectation();
    String others = samples.size() == 1 ? "" : " (one of " + samples.size() + " series)";
    if (expectation != null) {
      for (Sample sample : samples) {
        if (!expectation.accepts(sample.value())) {
          run.fail(text(sample) + ", expected " + expectation + others);
          return;
        }
      }
    }
    run.pass(text(samples.getFirst()) + others);
  }

  private static String text(Sample sample) {
    String value = Expectation.text(sample.value());
    return sample.labels().isEmpty()
        ? value
        : OneLine.of(sample.labels(), SHOWN_MAX) + " is " + value;
  }
}
