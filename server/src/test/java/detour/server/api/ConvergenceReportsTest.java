package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import detour.failover.model.Health;
import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.EndpointState;
import detour.server.publish.PublishedState.HandedOut;
import detour.server.publish.PublishedState.PoolState;
import detour.server.publish.PublishedState.ServiceState;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is said of who may still hold an old answer.
class ConvergenceReportsTest {
  private static final PublishedState STATE = FakeServer.state("SERVING");
  private static final Instant AT = STATE.at();

  private static ConvergenceReport report(Resolvers resolvers, HandedOut... handedOut) {
    return report(STATE.services().getFirst().pools(), resolvers, handedOut);
  }

  private static ConvergenceReport report(
      List<PoolState> pools, Resolvers resolvers, HandedOut... handedOut) {
    ServiceState plain = STATE.services().getFirst();
    ServiceState service =
        new ServiceState(
            plain.name(),
            plain.owner(),
            plain.types(),
            plain.zone(),
            plain.failback(),
            plain.whenAllDown(),
            plain.tracks(),
            pools,
            plain.answers(),
            List.of(handedOut),
            plain.version());
    return ConvergenceReports.of(service, STATE, resolvers);
  }

  private static HandedOut handedOut(String destination, int heldSeconds) {
    return new HandedOut(
        destination, AT.plusSeconds(heldSeconds - 30), 30, AT.plusSeconds(heldSeconds), 7);
  }

  @Test
  void shouldTellUntilWhenAnOldAnswerMayBeHeld() {
    ConvergenceReport report =
        report(
            Resolvers.NONE,
            handedOut("192.0.2.10", 29),
            handedOut("192.0.2.11", 12),
            handedOut("192.0.2.12", 20),
            handedOut("192.0.2.13", -4));

    assertThat(report.answers()).containsExactly("192.0.2.10");
    assertThat(report.heldUntil()).isEqualTo(AT.plusSeconds(20));
    assertThat(report.addresses())
        .extracting(ConvergenceReport.Address::answered, ConvergenceReport.Address::held)
        .containsExactly(
            tuple(true, true), tuple(false, true), tuple(false, true), tuple(false, false));
  }

  /// What was handed out before a restart is not known, and any endpoint may have been.
  @Test
  void shouldTellWhatAnEarlierRunMayHaveHandedOut() {
    PoolState other = new PoolState("fra", true, "", AT, List.of(held("192.0.2.20", 25)));
    PoolState served = new PoolState("ams", true, "", AT, List.of(held("192.0.2.10", 28)));
    PoolState over = new PoolState("nyc", true, "", AT, List.of(held("192.0.2.30", -1)));

    assertThat(report(List.of(served, other, over), Resolvers.NONE).heldUntil())
        .isEqualTo(AT.plusSeconds(25));
    assertThat(report(List.of(served, over), Resolvers.NONE).heldUntil()).isNull();
  }

  private static EndpointState held(String destination, int seconds) {
    return new EndpointState(
        destination,
        destination,
        1,
        true,
        "",
        false,
        Health.UP,
        false,
        AT,
        null,
        null,
        List.of(),
        List.of(),
        List.of(),
        null,
        AT.plusSeconds(seconds),
        0);
  }

  @Test
  void shouldTellThatNobodyHoldsAnythingElse() {
    assertThat(report(Resolvers.NONE, handedOut("192.0.2.10", 29)).heldUntil()).isNull();
  }

  @Test
  void shouldTellWhichResolverHasNotFollowed() {
    Resolvers two =
        (_, _) ->
            List.of(
                answering("192.0.2.53:53", "192.0.2.10"), answering("192.0.2.54:53", "192.0.2.11"));

    assertThat(report(two).resolvers())
        .extracting(ConvergenceReport.Resolver::stale)
        .containsExactly(List.of(), List.of("192.0.2.11"));
  }

  private static ConvergenceReport.Resolver answering(String resolver, String address) {
    return new ConvergenceReport.Resolver(
        resolver, "A", AT, 1.5, "NOERROR", List.of(address), 17L, List.of(), "");
  }
}
