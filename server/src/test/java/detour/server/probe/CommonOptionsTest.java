package detour.server.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.Check;
import detour.failover.model.CheckSettings;
import detour.failover.model.Destination;
import detour.failover.model.ProbeOptions;
import detour.failover.model.ProbeOptions.Addresses;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Thresholds;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.probe.socket.Conversations;
import detour.server.probe.socket.TcpCheck;
import detour.server.probe.tls.TrustStores;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What checks of every kind can be told, with `tcp` as the kind.
class CommonOptionsTest {
  private static final String ONE = "127.0.0.28";
  private static final String TWO = "127.0.0.29";
  private static final String NOBODY = "127.0.0.30";
  private static final Destination NAME = new Destination.HostName("service.example");

  @Test
  void shouldProbeTheTargetInPlaceOfTheEndpoint() throws Exception {
    try (TalkingPeer peer = TalkingPeer.on(ONE, TalkingPeer.Line::hang)) {
      Check check =
          check(
              peer.port(),
              new ProbeOptions(Probing.destination(ONE), null, false, null, Addresses.ONE));

      assertThat(probe(check, Probing.destination(NOBODY)).detail()).isEqualTo("connected");
      assertThat(
              probe(check(peer.port(), ProbeOptions.DEFAULT), Probing.destination(NOBODY)).detail())
          .isEqualTo("connection refused");
    }
  }

  @Test
  void shouldLeaveFromTheSource() throws Exception {
    try (TalkingPeer peer = TalkingPeer.on(ONE, TalkingPeer.Line::hang)) {
      probe(check(peer.port(), from("127.0.0.77")), Probing.destination(ONE));
      probe(check(peer.port(), from("127.0.0.78")), Probing.destination(ONE));

      // A connection that is open has passed, whether or not the peer has noticed it yet.
      await()
          .untilAsserted(
              () -> assertThat(peer.callers()).containsExactly("127.0.0.77", "127.0.0.78"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.0.2.1 | cannot probe from the source 192.0.2.1: it is no address of this machine, or"
            + " has no port left",
        "::1       | cannot probe 127.0.0.28 from the source 0:0:0:0:0:0:0:1: one is IPv4, the"
            + " other IPv6",
      })
  void shouldNotHoldABadSourceAgainstTheEndpoint(String source, String detail) throws Exception {
    ProbeResult result = probe(check(9, from(source)), Probing.destination(ONE));

    assertThat(result.outcome()).isEqualTo(Outcome.NOT_STARTED);
    assertThat(result.detail()).isEqualTo(detail);
  }

  @Test
  void shouldProbeTheAddressOfANameThatTheSourceCanReach() throws Exception {
    try (TalkingPeer peer = TalkingPeer.on(ONE, TalkingPeer.Line::hang)) {
      ProbeResult result =
          probe(check(peer.port(), from("127.0.0.77")), NAME, Map.of(NAME, List.of("::1", ONE)));

      assertThat(result.address()).isEqualTo(InetAddress.getByName(ONE));
      assertThat(probe(check(1, from("127.0.0.77")), NAME, Map.of(NAME, List.of("::1"))).detail())
          .isEqualTo("service.example has no address of the family of the source");
    }
  }

  @Test
  void shouldTurnPassesAndFailuresAround() throws Exception {
    ProbeOptions inverted = new ProbeOptions(null, null, true, null, Addresses.ONE);
    try (TalkingPeer peer = TalkingPeer.on(ONE, TalkingPeer.Line::hang)) {
      ProbeResult open = probe(check(peer.port(), inverted), Probing.destination(ONE));
      assertThat(open.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(open.detail()).isEqualTo("inverted: connected");

      ProbeResult closed = probe(check(peer.port(), inverted), Probing.destination(NOBODY));
      assertThat(closed.outcome()).isEqualTo(Outcome.PASSED);
      assertThat(closed.detail()).isEqualTo("inverted: connection refused");
    }
  }

  @Test
  void shouldNotTurnAroundWhatWasNotProbed() throws Exception {
    ProbeOptions inverted =
        new ProbeOptions(null, InetAddress.getByName("192.0.2.1"), true, null, Addresses.ONE);

    assertThat(probe(check(9, inverted), Probing.destination(ONE)).outcome())
        .isEqualTo(Outcome.NOT_STARTED);
  }

  @Test
  void shouldDegradeASlowPassAndNothingElse() throws Exception {
    ProbeOptions hasty = new ProbeOptions(null, null, false, Duration.ofMillis(500), Addresses.ONE);
    try (TalkingPeer peer = TalkingPeer.on(ONE, TalkingPeer.Line::hang)) {
      Check check = check(peer.port(), hasty);

      assertThat(probe(check, Probing.destination(ONE), Map.of(), ticking(1000)).detail())
          .isEqualTo("slow, over 500 ms: connected");
      assertThat(probe(check, Probing.destination(ONE), Map.of(), ticking(1000)).outcome())
          .isEqualTo(Outcome.DEGRADED);
      assertThat(probe(check, Probing.destination(ONE), Map.of(), ticking(1)).outcome())
          .isEqualTo(Outcome.PASSED);
      assertThat(probe(check, Probing.destination(NOBODY), Map.of(), ticking(1000)).outcome())
          .isEqualTo(Outcome.FAILED);
    }
  }

  @Test
  void shouldProbeTheFirstAddressOfANameOrAll() throws Exception {
    try (ServerSocket listener = ScriptedBackend.listener(ONE);
        TalkingPeer one = TalkingPeer.on(listener, TalkingPeer.Line::hang)) {
      Map<Destination, List<String>> both = Map.of(NAME, List.of(ONE, TWO));

      assertThat(probe(check(one.port(), ProbeOptions.DEFAULT), NAME, both).detail())
          .isEqualTo("connected");
      ProbeResult half = probe(check(one.port(), all(false)), NAME, both);
      assertThat(half.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(half.detail()).isEqualTo(TWO + ": connection refused");
      assertThat(half.address()).isEqualTo(InetAddress.getByName(TWO));
      ProbeResult inverted = probe(check(one.port(), all(true)), NAME, both);
      assertThat(inverted.outcome()).isEqualTo(Outcome.PASSED);
      assertThat(inverted.detail()).isEqualTo("inverted: " + TWO + ": connection refused");

      try (ServerSocket also = new ServerSocket()) {
        also.bind(new InetSocketAddress(TWO, one.port()));
        ProbeResult whole = probe(check(one.port(), all(false)), NAME, both);
        assertThat(whole.outcome()).as(whole.detail()).isEqualTo(Outcome.PASSED);
        assertThat(whole.detail()).isEqualTo("all 2 addresses pass: connected");
        assertThat(whole.steps()).extracting(Step::name).containsExactly("resolve", "connect");
      }
    }
  }

  @Test
  void shouldFailWithTheFirstAddressThatFailsThoughOthersHang() throws Exception {
    try (TalkingPeer hanging = TalkingPeer.on(ONE, TalkingPeer.Line::hang)) {
      CheckSettings banner = Conversations.expecting(hanging.port(), "220");
      Check check = check(banner, all(false));

      assertThat(probe(check, NAME, Map.of(NAME, List.of(ONE, TWO))).detail())
          .isEqualTo(TWO + ": connection refused");
    }
  }

  @Test
  void shouldShareOneTimeoutAmongAllAddresses() throws Exception {
    try (ServerSocket listener = ScriptedBackend.listener(ONE);
        TalkingPeer one = TalkingPeer.on(listener, TalkingPeer.Line::hang);
        ServerSocket also = new ServerSocket()) {
      also.bind(new InetSocketAddress(TWO, one.port()));
      Check check =
          new Check(
              "tcp",
              Conversations.expecting(one.port(), "220"),
              Duration.ofSeconds(5),
              Duration.ofSeconds(1),
              Probing.BRIEF,
              Thresholds.DEFAULT,
              all(false));

      assertThat(probe(check, NAME, Map.of(NAME, List.of(ONE, TWO))).detail())
          .endsWith(": timed out after 300 ms while waiting for '220'");
    }
  }

  @Test
  void shouldBoundHowManyAddressesAreProbed() throws Exception {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      many.add(ONE);
    }
    try (TalkingPeer peer = TalkingPeer.on(ONE, TalkingPeer.Line::hang)) {
      ProbeResult result = probe(check(peer.port(), all(false)), NAME, Map.of(NAME, many));

      assertThat(result.detail()).isEqualTo("the first 16 of 20 addresses pass: connected");
    }
  }

  private static ProbeOptions from(String source) throws UnknownHostException {
    return new ProbeOptions(null, InetAddress.getByName(source), false, null, Addresses.ONE);
  }

  private static ProbeOptions all(boolean inverted) {
    return new ProbeOptions(null, null, inverted, null, Addresses.ALL);
  }

  private static Check check(int port, ProbeOptions options) {
    return check(new TcpCheck.Settings(port), options);
  }

  private static Check check(CheckSettings settings, ProbeOptions options) {
    return new Check(
        "tcp",
        settings,
        Duration.ofSeconds(30),
        Duration.ofSeconds(1),
        Probing.PATIENT,
        Thresholds.DEFAULT,
        options);
  }

  /// Every reading is so much later than the one before.
  private static LongSupplier ticking(long millis) {
    AtomicLong now = new AtomicLong();
    return () -> now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static ProbeResult probe(Check check, Destination endpoint) throws InterruptedException {
    return probe(check, endpoint, Map.of());
  }

  private static ProbeResult probe(
      Check check, Destination endpoint, Map<Destination, List<String>> names)
      throws InterruptedException {
    return probe(check, endpoint, names, System::nanoTime);
  }

  private static ProbeResult probe(
      Check check,
      Destination endpoint,
      Map<Destination, List<String>> names,
      LongSupplier nanoClock)
      throws InterruptedException {
    HostResolver resolver =
        name ->
            CompletableFuture.completedFuture(addresses(names.get(new Destination.HostName(name))));
    try (ProbeTransport transport = new ProbeTransport(1)) {
      Prober prober = new Prober(transport, resolver, new TrustStores(), nanoClock);
      BlockingQueue<ProbeResult> results = new LinkedBlockingQueue<>();
      prober.start(
          transport.loops().getFirst(),
          ProbeKinds.named(check.kind()),
          check,
          ProbeTarget.of(check, endpoint).destination(),
          results::add);
      ProbeResult result = results.take();
      transport.loops().getFirst().submit(() -> {}).awaitUninterruptibly();
      assertThat(results).as("ends exactly once").isEmpty();
      return result;
    }
  }

  private static List<InetAddress> addresses(@Nullable List<String> texts) {
    if (texts == null) {
      throw new AssertionError("the name is not known");
    }
    return texts.stream().map(InetAddress::ofLiteral).toList();
  }
}
