package detour.server.probe.icmp;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.text.FailureText;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Passes when enough of a few echo requests ("pings") are answered, and fast enough.
public final class IcmpCheck implements ProbeKind {
  private static final int COUNT_DEFAULT = 3;
  private static final int COUNT_MAX = 10;
  private static final int LOSS_DEFAULT_PERCENT = 50;
  private static final int PAYLOAD_DEFAULT_BYTES = 56;
  private static final int PAYLOAD_BYTES_MAX = 1472;
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final Option<Integer> COUNT =
      Option.withDefault(
          "count",
          new OptionType.Whole(1, COUNT_MAX),
          COUNT_DEFAULT,
          "How many echo requests a probe sends, 20 ms apart.");
  private static final Option<Loss> LOSS_MAX =
      Option.withDefault(
          "loss_max",
          new OptionType.Text<>("a percentage from 0% to 99%", Loss::of, "^[0-9]{1,2}%$"),
          new Loss(LOSS_DEFAULT_PERCENT),
          "How many of a probe's requests may stay unanswered.");
  private static final Option<Duration> LATENCY_MAX =
      Option.optional(
          "latency_max",
          new OptionType.Span(Duration.ofMillis(1), Duration.ofHours(1)),
          "How long the replies may take on average; `slow_after` is compared with the same.");
  private static final Option<Integer> PAYLOAD =
      Option.withDefault(
          "payload_bytes",
          new OptionType.Whole(EchoPacket.PAYLOAD_BYTES_MIN, PAYLOAD_BYTES_MAX),
          PAYLOAD_DEFAULT_BYTES,
          "How many bytes a request carries behind its header.");

  private final EchoExchange exchange;

  /// @param lossMaxPercent 0 to 99
  /// @param latencyMax null for any
  public record Settings(
      int count, int lossMaxPercent, @Nullable Duration latencyMax, int payloadBytes)
      implements CheckSettings {
    /// What the configuration makes where nothing is said.
    public static final Settings DEFAULT =
        new Settings(COUNT_DEFAULT, LOSS_DEFAULT_PERCENT, null, PAYLOAD_DEFAULT_BYTES);

    /// How many requests must be answered.
    int needed() {
      return count - count * lossMaxPercent / 100;
    }

    @Override
    public String summary() {
      String latency = latencyMax == null ? "" : " within " + FailureText.span(latencyMax);
      return needed() + " of " + count + latency;
    }
  }

  public IcmpCheck() {
    this(new EchoExchange(System::nanoTime, IDLE_NANOS));
  }

  IcmpCheck(EchoExchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public String name() {
    return "icmp";
  }

  @Override
  public String doc() {
    return "Passes when enough of a few ICMP echo requests (pings) are answered.";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(COUNT, LOSS_MAX, LATENCY_MAX, PAYLOAD);
  }

  @Override
  public CheckSettings settings(Values values) {
    return new Settings(
        values.of(COUNT),
        values.of(LOSS_MAX).percent(),
        values.orNull(LATENCY_MAX),
        values.of(PAYLOAD));
  }

  /// As an operator writes it.
  private record Loss(int percent) {
    static Loss of(String text) {
      if (!text.matches("[0-9]{1,2}%")) {
        throw new IllegalArgumentException("");
      }
      return new Loss(Integer.parseInt(text, 0, text.length() - 1, 10));
    }

    @Override
    public String toString() {
      return percent + "%";
    }
  }

  @Override
  public @Nullable String unavailable() {
    return EchoExchange.unavailable();
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    new EchoProbe((Settings) settings, exchange, run).start();
  }
}
