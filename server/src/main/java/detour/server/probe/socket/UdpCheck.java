package detour.server.probe.socket;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.text.BoundedSearch;
import detour.server.probe.text.FailureText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.PortUnreachableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Passes when a datagram is answered as expected, or at all where nothing is expected. Silence
/// never passes: it cannot be told from a machine that is gone.
public final class UdpCheck implements ProbeKind {
  private static final int DATAGRAM_BYTES_MAX = 65_535;

  private static final Option<Integer> PORT =
      Option.required("port", new OptionType.Whole(1, 65535), "The port to send to.");

  /// @param port 1 to 65535
  /// @param expect null where any answer passes
  public record Settings(int port, Octets send, @Nullable Expectation expect)
      implements CheckSettings {
    @Override
    public String summary() {
      return ":" + port;
    }
  }

  @Override
  public String name() {
    return "udp";
  }

  @Override
  public String doc() {
    return "Passes when a datagram is answered as expected; without `expect`, when it is answered"
        + " at all.";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(PORT, ConversationOptions.SEND_REQUIRED, ConversationOptions.EXPECT);
  }

  @Override
  public CheckSettings settings(Values values) {
    return new Settings(
        values.of(PORT),
        values.of(ConversationOptions.SEND_REQUIRED),
        values.orNull(ConversationOptions.EXPECT));
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    Settings udp = (Settings) settings;
    run.enter("answer", "opening a socket");
    run.openUdp(
        udp.port(),
        DATAGRAM_BYTES_MAX,
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new Question(udp, run));
          }
        });
  }

  private static final class Question extends SimpleChannelInboundHandler<DatagramPacket> {
    private final Settings settings;
    private final ProbeRun run;

    Question(Settings settings, ProbeRun run) {
      this.settings = settings;
      this.run = run;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      run.doing("waiting for an answer");
      context
          .writeAndFlush(Unpooled.wrappedBuffer(settings.send().bytes()))
          .addListener(sent -> {
            if (!sent.isSuccess()) {
              exceptionCaught(context, sent.cause());
            }
          });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
      if (run.ended()) {
        return;
      }
      ByteBuf octets = datagram.content();
      StringBuilder received =
          new StringBuilder(
              octets.readCharSequence(octets.readableBytes(), StandardCharsets.ISO_8859_1));
      String shown = received.isEmpty() ? "nothing" : Octets.quoted(received.toString());
      Expectation expect = settings.expect();
      int end = expect == null ? 0 : expect.search().endOfMatch(received, 0);
      if (expect == null || end >= 0) {
        run.pass("answered " + shown);
      } else if (end == BoundedSearch.TOO_HARD) {
        run.fail(expect.shown() + " takes too long to search for in the answer " + shown);
      } else {
        run.fail("answered " + shown + ", expected " + expect.shown());
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
      String text = FailureText.of(error);
      if (error instanceof PortUnreachableException || text.equals("connection refused")) {
        run.fail("port unreachable: nothing listens there");
      } else {
        run.failed(error);
      }
    }
  }
}
