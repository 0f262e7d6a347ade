package detour.server.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.Health;
import detour.server.metrics.Counter;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tripwire and early suspicion against real servers that die, hang, restart, reload, and close
/// idle connections.
class RealTripwireTest {
  private static final String ADDRESS = "127.0.0.25";

  /// Three failures take two of it, which a restart of nginx does not, even on a busy machine.
  private static final Duration PATIENT_FAST_INTERVAL = Duration.ofSeconds(1);

  @TempDir private Path folder;

  @Test
  void shouldNoticeAKilledServerByItsConnection() throws Exception {
    try (RealNginx nginx = new RealNginx(folder, ADDRESS, "");
        RealDetection detection = detection(nginx.port())) {
      awaitProven(detection);
      nginx.kill();
      patiently().until(() -> detection.health() == Health.DOWN);

      assertThat(detection.count(Counter.TRIPWIRES_SPRUNG)).isEqualTo(1);
      assertThat(detection.count(Counter.TRIPWIRE_FALSE_ALARMS)).isZero();
      assertThat(detection.metrics.tripwiresHeld()).isZero();

      nginx.start();
      patiently().until(() -> detection.health() == Health.UP);
      awaitHeld(detection);
    }
  }

  @Test
  void shouldSuspectAServerThatHangs() throws Exception {
    try (RealNginx nginx = new RealNginx(folder, ADDRESS, "");
        RealDetection detection = detection(nginx.port())) {
      patiently().until(() -> detection.count(Counter.PROBES_STARTED) > UsualLatency.ANSWERS_MIN);
      nginx.send("STOP");
      patiently().until(() -> detection.health() == Health.DOWN);
      assertThat(detection.count(Counter.SUSPICIONS)).isPositive();

      nginx.send("CONT");
      patiently().until(() -> detection.health() == Health.UP);
    }
  }

  @Test
  void shouldSeeNoFailureInAServerThatClosesIdleConnectionsAtOnce() throws Exception {
    try (RealNginx nginx =
            new RealNginx(folder, ADDRESS, "keepalive_timeout 1s; client_header_timeout 1s;");
        RealDetection detection = detection(nginx.port())) {
      patiently().until(() -> detection.count(Counter.TRIPWIRE_FALSE_ALARMS) >= 2);

      assertThat(detection.failures()).isZero();
      assertThat(detection.count(Counter.TRIPWIRES_SPRUNG))
          .isEqualTo(detection.count(Counter.TRIPWIRE_FALSE_ALARMS));
    }
  }

  @Test
  void shouldNotTakeDownAServerThatRestartsQuickly() throws Exception {
    try (RealNginx nginx = new RealNginx(folder, ADDRESS, "");
        RealDetection detection =
            new RealDetection("http", Probing.http(nginx.port()), ADDRESS, PATIENT_FAST_INTERVAL)) {
      awaitProven(detection);
      nginx.signal("quit");
      nginx.awaitEnd();
      nginx.start();
      // Whether the connection or a probe that was refused told of it first is chance.
      awaitProbes(detection, 5);
      awaitHeld(detection);

      assertThat(detection.downs()).isZero();
    }
  }

  @Test
  void shouldSeeNoFailureInAServerThatReloads() throws Exception {
    try (RealNginx nginx = new RealNginx(folder, ADDRESS, "");
        RealDetection detection = detection(nginx.port())) {
      awaitProven(detection);
      nginx.signal("reload");
      awaitHeldAfterSpringing(detection);

      assertThat(detection.failures()).isZero();
      assertThat(detection.count(Counter.TRIPWIRE_FALSE_ALARMS)).isEqualTo(1);
    }
  }

  @Test
  void shouldSeeNoFailureBehindAProxyThatRotatesConnections() throws Exception {
    try (RealNginx nginx = new RealNginx(folder, ADDRESS, "");
        RotatingProxy proxy = new RotatingProxy(ADDRESS, nginx.port());
        RealDetection detection = detection(proxy.port())) {
      patiently().until(() -> detection.count(Counter.TRIPWIRE_FALSE_ALARMS) >= 3);

      assertThat(detection.failures()).isZero();
      assertThat(detection.downs()).isZero();
    }
  }

  private static RealDetection detection(int port) {
    return new RealDetection("http", Probing.http(port), ADDRESS);
  }

  private static void awaitHeld(RealDetection detection) {
    patiently().until(() -> detection.metrics.tripwiresHeld() == 1);
  }

  /// Until a probe has passed beside the connection, so that a failure is not laid to it.
  private static void awaitProven(RealDetection detection) {
    awaitHeld(detection);
    awaitProbes(detection, 3);
    awaitHeld(detection);
  }

  private static void awaitProbes(RealDetection detection, int count) {
    long enough = detection.count(Counter.PROBES_STARTED) + count;
    patiently().until(() -> detection.count(Counter.PROBES_STARTED) >= enough);
  }

  private static void awaitHeldAfterSpringing(RealDetection detection) {
    patiently().until(() -> detection.count(Counter.TRIPWIRES_SPRUNG) > 0);
    awaitHeld(detection);
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(40));
  }
}
