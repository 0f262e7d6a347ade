package detour.server.probe.socket;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.util.List;
import java.util.OptionalInt;

/// Passes when a TCP connection can be opened; nothing is sent.
public final class TcpCheck implements ProbeKind {
  private static final Option<Integer> PORT =
      Option.required("port", new OptionType.Whole(1, 65535), "The port to connect to.");

  /// @param port 1 to 65535
  public record Settings(int port) implements CheckSettings {
    @Override
    public String summary() {
      return ":" + port;
    }
  }

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public String doc() {
    return "Passes when a TCP connection can be opened.";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(PORT);
  }

  @Override
  public CheckSettings settings(Values values) {
    return new Settings(values.of(PORT));
  }

  @Override
  public OptionalInt portToHold(CheckSettings settings) {
    return OptionalInt.of(((Settings) settings).port());
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    run.connect(
        ((Settings) settings).port(),
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new PassWhenOpen(run));
          }
        });
  }

  private static final class PassWhenOpen extends ChannelInboundHandlerAdapter {
    private final ProbeRun run;

    PassWhenOpen(ProbeRun run) {
      this.run = run;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      run.pass("connected");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
      run.failed(error);
    }
  }
}
