package detour.server.probe.socket;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.tls.TlsOptions;
import detour.server.probe.tls.TlsSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Passes when a TCP connection can be opened and what is said over it is answered as expected.
public final class TcpCheck implements ProbeKind {
  private static final int BYTES_DEFAULT = 8 * 1024;
  private static final int BYTES_MAX = 64 * 1024;

  private static final Option<Integer> PORT =
      Option.required("port", new OptionType.Whole(1, 65535), "The port to connect to.");
  private static final Option<Integer> MAX_BYTES =
      Option.withDefault(
          "max_bytes",
          new OptionType.Whole(1, BYTES_MAX),
          BYTES_DEFAULT,
          "How many bytes each expectation is looked for in; more without it is a failure.");

  /// @param port 1 to 65535
  /// @param steps what is said; empty where the connection alone counts
  /// @param tls null where TLS is not spoken, or not from the start and by default
  /// @param maxBytes how many bytes an expectation is looked for in
  public record Settings(
      int port, List<ConversationStep> steps, @Nullable TlsSettings tls, int maxBytes)
      implements CheckSettings {
    public Settings {
      steps = List.copyOf(steps);
    }

    /// Passes on the connection alone.
    public Settings(int port) {
      this(port, List.of(), null, BYTES_DEFAULT);
    }

    TlsSettings tlsOrDefault() {
      return tls == null ? TlsSettings.DEFAULT : tls;
    }

    /// Whether nothing is said before TLS.
    private boolean isTlsFromTheStart() {
      return tls != null && !ConversationOptions.startsTls(steps);
    }

    @Override
    public String summary() {
      String conversation =
          switch (steps.size()) {
            case 0 -> "";
            case 1 -> " in 1 step";
            default -> " in " + steps.size() + " steps";
          };
      return ":" + port + (isTlsFromTheStart() ? " over TLS" : "") + conversation;
    }
  }

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public String doc() {
    return "Passes when a TCP connection can be opened and what is said over it is answered as"
        + " expected.";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(
        PORT,
        ConversationOptions.SEND,
        ConversationOptions.EXPECT,
        ConversationOptions.STEPS,
        MAX_BYTES,
        TlsOptions.WHERE_ASKED);
  }

  @Override
  public CheckSettings settings(Values values) {
    return new Settings(
        values.of(PORT),
        ConversationOptions.steps(values),
        values.of(TlsOptions.WHERE_ASKED).orElse(null),
        values.of(MAX_BYTES));
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    Settings tcp = (Settings) settings;
    ChannelInitializer<Channel> handlers =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new Conversation(tcp, run));
          }
        };
    if (tcp.isTlsFromTheStart()) {
      run.connectTls(tcp.port(), tcp.tlsOrDefault(), run.destination().text(), List.of(), handlers);
    } else {
      run.connect(tcp.port(), handlers);
    }
  }
}
