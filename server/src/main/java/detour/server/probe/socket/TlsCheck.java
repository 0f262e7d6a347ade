package detour.server.probe.socket;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.text.FailureText;
import detour.server.probe.tls.TlsFailureText;
import detour.server.probe.tls.TlsOptions;
import detour.server.probe.tls.TlsSession;
import detour.server.probe.tls.TlsSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// Passes when a TLS handshake succeeds and the certificate is good; nothing is sent through it.
public final class TlsCheck implements ProbeKind {
  private static final Option<Integer> PORT =
      Option.withDefault("port", new OptionType.Whole(1, 65535), 443, "The port to connect to.");

  /// How long a server may take to refuse a client certificate.
  private static final long ACCEPTANCE_MILLIS = 1000;

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
  public OptionalInt portToHold(CheckSettings settings) {
    return OptionalInt.of(((Settings) settings).port());
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
      if (session == null || !session.identityAsked()) {
        pass();
        return;
      }
      // RFC 8446 section 4.4.2.4: whether the server accepts what it was shown it says after the
      // handshake, if at all. It hears a goodbye and answers it with its own, or with an alert.
      run.doing("waiting for the server to accept the client certificate");
      var _ = context.pipeline().get(SslHandler.class).closeOutbound();
      var _ = run.loop().schedule(this::pass, ACCEPTANCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      pass();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
      if (FailureText.innermost(error) instanceof SSLException) {
        run.fail(TlsFailureText.of(error, run.tls()));
      } else {
        run.failed(error);
      }
    }

    private void pass() {
      TlsSession session = run.tls();
      run.pass(session == null ? "" : session.summary(Instant.now()));
    }
  }
}
