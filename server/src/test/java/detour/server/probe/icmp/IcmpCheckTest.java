package detour.server.probe.icmp;

import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.Check;
import detour.failover.model.ProbeOptions;
import detour.failover.model.Thresholds;
import detour.server.probe.CheckRun;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.RealPeer;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// On loopback, with whichever socket this process may have.
class IcmpCheckTest {
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(1);

  @BeforeEach
  void requireIcmp() {
    String missing = EchoExchange.unavailable();
    if (missing != null) {
      RealPeer.skip(missing);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.35", "::1"})
  void shouldPassWhenAllIsAnswered(String address) throws Exception {
    ProbeResult result = run(IcmpCheck.Settings.DEFAULT, address);

    assertThat(result.detail()).matches("3 of 3 answered, \\d+\\.\\d{3} ms on average");
    assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
    assertThat(result.steps()).extracting(Step::name).containsExactly("echo");
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 8", "127.0.0.1, 1472", "::1, 8", "::1, 1472"})
  void shouldCarryAnyPayload(String address, int bytes) throws Exception {
    assertThat(run(new IcmpCheck.Settings(1, 0, null, bytes), address).outcome())
        .isEqualTo(Outcome.PASSED);
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 1", "1, 99, 1", "3, 33, 3", "3, 34, 2", "3, 50, 2", "10, 99, 1", "10, 10, 9"})
  void shouldNeedSoManyReplies(int count, int lossMaxPercent, int needed) {
    assertThat(new IcmpCheck.Settings(count, lossMaxPercent, null, 56).needed()).isEqualTo(needed);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "1, -, PASSED",
        "100, -, PASSED",
        "100, 50, FAILED",
        "1, 50, PASSED",
        "100, 1000, PASSED"
      })
  void shouldFailBeyondTheLatency(int tickMillis, Integer latencyMaxMillis, Outcome outcome)
      throws Exception {
    Duration most = latencyMaxMillis == null ? null : Duration.ofMillis(latencyMaxMillis);
    ProbeResult result =
        CheckRun.once(
            new IcmpCheck(new EchoExchange(ticking(tickMillis), LONG_NANOS)),
            check(new IcmpCheck.Settings(1, 0, most, 56), null),
            Probing.destination("127.0.0.1"));

    assertThat(result.outcome()).as(result.detail()).isEqualTo(outcome);
    if (outcome == Outcome.FAILED) {
      assertThat(result.detail()).matches("1 of 1 answered, \\d+\\.000 ms on average, over 50 ms");
    }
  }

  /// Three requests take 40 ms at least, which is no latency.
  @Test
  void shouldCompareTheLatencyAndNotTheProbesTimeWithSlowAfter() throws Exception {
    ProbeResult quick =
        CheckRun.once(
            new IcmpCheck(new EchoExchange(() -> 0, LONG_NANOS)),
            check(IcmpCheck.Settings.DEFAULT, Duration.ofMillis(30)),
            Probing.destination("127.0.0.1"));
    ProbeResult slow =
        CheckRun.once(
            new IcmpCheck(new EchoExchange(ticking(100), LONG_NANOS)),
            check(IcmpCheck.Settings.DEFAULT, Duration.ofMillis(30)),
            Probing.destination("127.0.0.1"));

    assertThat(quick.detail()).isEqualTo("3 of 3 answered, 0.000 ms on average");
    assertThat(quick.outcome()).isEqualTo(Outcome.PASSED);
    assertThat(slow.detail()).startsWith("slow, over 30 ms: 3 of 3 answered, ");
    assertThat(slow.outcome()).isEqualTo(Outcome.DEGRADED);
  }

  private static Check check(IcmpCheck.Settings settings, @Nullable Duration slowAfter) {
    return new Check(
        "icmp",
        settings,
        Duration.ofSeconds(60),
        Duration.ofSeconds(1),
        PATIENT,
        Thresholds.DEFAULT,
        new ProbeOptions(null, null, false, slowAfter, ProbeOptions.Addresses.ONE));
  }

  /// Every reading is so much later than the one before.
  private static LongSupplier ticking(long millis) {
    AtomicLong now = new AtomicLong();
    return () -> now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void shouldSendManyProbesAtOnce() throws Exception {
    EchoExchange exchange = new EchoExchange(System::nanoTime, LONG_NANOS);
    BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    for (int i = 0; i < 500; i++) {
      exchange.send(request(i % 2 == 0 ? "127.0.0." + (1 + i % 200) : "::1", outcomes));
    }
    for (int i = 0; i < 500; i++) {
      assertThat(outcomes.poll(PATIENT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("replied");
    }
    assertThat(outcomes).as("nobody is told twice").isEmpty();
  }

  @Test
  void shouldKeepItsThreadWhileItIsNeededOnly() throws Exception {
    EchoExchange exchange = new EchoExchange(System::nanoTime, 1);
    BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    for (int i = 0; i < 3; i++) {
      long before = threads();
      exchange.send(request("127.0.0.1", outcomes));
      assertThat(outcomes.poll(PATIENT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("replied");
      await().atMost(Duration.ofSeconds(30)).until(() -> threads() <= before);
    }
  }

  @Test
  void shouldNotHoldAForeignSourceAgainstTheEndpoint() throws Exception {
    EchoExchange exchange = new EchoExchange(System::nanoTime, LONG_NANOS);
    BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    exchange.send(
        new EchoRequest(
            InetAddress.ofLiteral("127.0.0.1"),
            InetAddress.ofLiteral("192.0.2.1"),
            56,
            LONG_NANOS,
            new Telling(outcomes)));

    assertThat(outcomes.poll(PATIENT.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo("not sent: the source is no address of this machine");
  }

  private static EchoRequest request(String to, BlockingQueue<String> outcomes) {
    return new EchoRequest(InetAddress.ofLiteral(to), null, 56, LONG_NANOS, new Telling(outcomes));
  }

  private record Telling(BlockingQueue<String> outcomes) implements EchoRequest.Waiting {
    @Override
    public void replied(long latencyNanos) {
      outcomes.add(latencyNanos >= 0 ? "replied" : "replied before it was sent");
    }

    @Override
    public void failed(String reason) {
      outcomes.add("failed: " + reason);
    }

    @Override
    public void notSent(String reason) {
      outcomes.add("not sent: " + reason);
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("probe-icmp") && thread.isAlive())
        .count();
  }

  private static ProbeResult run(IcmpCheck.Settings settings, String address)
      throws InterruptedException {
    return Probing.run("icmp", settings, address, PATIENT);
  }
}
