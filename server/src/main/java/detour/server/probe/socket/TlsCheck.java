package detour.server.probe.socket;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.tls.TlsOptions;
import detour.server.probe.tls.TlsSession;
import detour.server.probe.tls.TlsSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Passes when a TLS handshake succeeds and the certificate is good; nothing is sent through it.
public final class TlsCheck implements ProbeKind {
  private static final Option<Integer> PORT =
      Option.withDefault("port", new OptionType.Whole(1, 65535), 443, "The port to connect to.");

  /// @param port 1 to 65535
  public record Settings(int port, TlsSettings tls) implements CheckSettings {
    @Override
    public String summary() {
      return ":" + port;
    }
  }

  @Override
  public String name() {
    return "tls";
  }

  @Override
  public String doc() {
    return "Passes when a TLS handshake succeeds and the certificate is good, for long enough"
        + " still.";
  }

  @Override
  public List<Option<?>> options() {
    List<Option<?>> options = new ArrayList<>();
    options.add(PORT);
    options.addAll(TlsOptions.keys());
    return List.copyOf(options);
  }

  @Override
  public CheckSettings settings(Values values) {
    return new Settings(values.of(PORT), TlsOptions.settings(values));
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    Settings tls = (Settings) settings;
    run.connectTls(
        tls.port(),
        tls.tls(),
        run.destination().text(),
        List.of(),
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new PassWhenShaken(run));
          }
        });
  }

  private static final class PassWhenShaken extends ChannelInboundHandlerAdapter {
    private final ProbeRun run;

    PassWhenShaken(ProbeRun run) {
      this.run = run;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      TlsSession session = run.tls();
      run.pass(session == null ? "" : session.summary(Instant.now()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
      run.failed(error);
    }
  }
}
