package detour.server.probe;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.ProbeOptions;
import detour.failover.model.ProbeTarget;
import detour.server.probe.FakeLane.Started;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// More endpoints hang than may be probed at one time: 900 of 1,000, with room for 500 probes.
/// Interval 2 s, timeout 1 s.
class FairnessTest {
  private static final ProbeOptions EARLY = SimulatedDetection.options(true, false);
  private static final int TARGETS = 1000;
  private static final int ROOM = 500;

  private boolean hanging;

  @Test
  void shouldProbeTheOthersOnTimeWhileMostEndpointsHang() {
    Set<ProbeTarget> healthy = new HashSet<>();
    Set<ProbeTarget> all = new HashSet<>();
    for (int i = 0; i < TARGETS; i++) {
      ProbeTarget target = SimulatedDetection.target(i, EARLY);
      all.add(target);
      if (i % 10 == 0) {
        healthy.add(target);
      }
    }
    SimulatedDetection detection =
        new SimulatedDetection(
            target -> hanging && !healthy.contains(target) ? 60_000.0 : 5.0,
            new DescriptorBudget(ROOM, 0),
            1);
    detection.probe(all);
    detection.lane.advance(20_000);
    hanging = true;
    int before = detection.lane.started().size();
    detection.lane.advance(60_000);

    Map<ProbeTarget, Long> last = new HashMap<>();
    long worstGapMillis = 0;
    for (Started start : startsOf(healthy, detection.lane.started(), before)) {
      Long previous = last.put(start.target(), start.atMillis());
      worstGapMillis = Math.max(worstGapMillis, previous == null ? 0 : start.atMillis() - previous);
    }
    assertThat(last).hasSize(healthy.size());
    assertThat(worstGapMillis).isLessThanOrEqualTo(2100);
    assertThat(healthy).allMatch(target -> detection.health(target) == Health.UP);
    assertThat(all)
        .allMatch(target -> healthy.contains(target) || detection.health(target) == Health.DOWN);
  }

  private static List<Started> startsOf(
      Set<ProbeTarget> targets, List<Started> starts, int skipped) {
    return starts.stream().skip(skipped).filter(s -> targets.contains(s.target())).toList();
  }
}
