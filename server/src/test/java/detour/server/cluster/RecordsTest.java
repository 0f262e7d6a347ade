package detour.server.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Latch;
import detour.server.publish.Peers.PeerOpinion;
import detour.server.publish.RunningConfiguration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is shared survives other versions and bad hands.
class RecordsTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123456789Z");
  private static final Latch LATCH =
      new Latch("www.example.com", "joint", "fra", NOW, true, 7, "ams1", "ams is down");
  private static final OperatorOverride OVERRIDE =
      new OperatorOverride(OperatorOverride.State.DRAIN, "a disk", "ann", NOW, NOW.plusSeconds(60));

  @Test
  void shouldReadBackWhatItWrote() {
    assertThat(Records.latch(Records.latch(null, LATCH), "www.example.com", "joint"))
        .contains(LATCH);
    assertThat(Records.override(Records.override(null, OVERRIDE, NOW, "ams1")))
        .contains(new Records.SharedOverride(OVERRIDE, "ams1"));
    assertThat(Records.opinion(Records.opinion(Health.DOWN, NOW)))
        .contains(new PeerOpinion(Health.DOWN, NOW));
    Heartbeat presence =
        new Heartbeat(
            "eu",
            "both",
            "0.1.0",
            2,
            "abc",
            5,
            NOW,
            true,
            "canaries fail",
            3,
            -4,
            9,
            Long.MIN_VALUE,
            2,
            -1,
            "it waits",
            new RunningConfiguration(7, 8, "shared.yaml:3:1: no such key"));
    assertThat(Records.heartbeat(Records.heartbeat(presence))).contains(presence);
  }

  @Test
  void shouldReadBackTheLayersOfAnOverrideAndLeaveNoneBehind() {
    OperatorOverride layered =
        new OperatorOverride(
            OperatorOverride.State.DOWN,
            "do we survive?",
            "ann",
            NOW,
            NOW.plusSeconds(1),
            NOW.plusSeconds(2),
            OperatorOverride.Purpose.DRILL,
            new OperatorOverride.Vetting(NOW.plusSeconds(3), "bob", List.of("one-site")),
            OVERRIDE);
    byte[] written = Records.override(null, layered, NOW, "ams1");
    assertThat(Records.override(written)).contains(new Records.SharedOverride(layered, "ams1"));
    assertThat(Records.override(Records.override(written, OVERRIDE, NOW, "ams1")))
        .contains(new Records.SharedOverride(OVERRIDE, "ams1"));
  }

  @Test
  void shouldTellAClearedOverrideFromOneThatWasNeverSet() {
    byte[] cleared =
        Records.override(Records.override(null, OVERRIDE, NOW, "ams1"), null, NOW, "fra1");
    assertThat(Records.override(cleared)).contains(new Records.SharedOverride(null, "fra1"));
    assertThat(new String(cleared, UTF_8)).doesNotContain("expires");
  }

  @Test
  void shouldKeepFieldsOfALaterProgram() {
    byte[] later =
        "{\"v\":1,\"pool\":\"ams\",\"weights\":{\"a\":[1,2]},\"epoch\":6}".getBytes(UTF_8);
    String written = new String(Records.latch(later, LATCH), UTF_8);
    assertThat(written)
        .contains("\"v\":1")
        .contains("\"weights\":{\"a\":[1,2]}")
        .contains("\"pool\":\"fra\"");
    byte[] override = "{\"v\":1,\"state\":\"UP\",\"ticket\":\"X-1\"}".getBytes(UTF_8);
    assertThat(new String(Records.override(override, OVERRIDE, NOW, "ams1"), UTF_8))
        .contains("\"ticket\":\"X-1\"");
  }

  /// What looks as ever may mean something else.
  @Test
  void shouldReadNothingOfALaterForm() {
    for (byte[] value :
        List.of(
            Records.latch(null, LATCH),
            Records.override(null, OVERRIDE, NOW, "ams1"),
            Records.opinion(Health.DOWN, NOW))) {
      byte[] later = new String(value, UTF_8).replace("\"v\":1", "\"v\":2").getBytes(UTF_8);
      assertThat(Records.isLater(value)).isFalse();
      assertThat(Records.isLater(later)).isTrue();
      assertThat(Records.latch(later, "www.example.com", "joint")).isEmpty();
      assertThat(Records.override(later)).isEmpty();
      assertThat(Records.opinion(later)).isEmpty();
    }
    byte[] presence = "{\"v\":3,\"version\":\"9.1\",\"region\":{}}".getBytes(UTF_8);
    assertThat(Records.heartbeat(presence)).isEmpty();
    assertThat(Records.unreadable(presence))
        .extracting(Heartbeat::version, Heartbeat::protocol)
        .containsExactly("9.1", 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "[]",
        "null",
        "{}",
        "{\"v\":1,\"state\":\"SIDEWAYS\",\"health\":\"ILL\",\"since\":\"yesterday\"}",
        "{\"v\":1,\"pool\":\"\",\"since\":\"2030-01-01T00:00:00Z\",\"epoch\":1}",
        "{\"v\":1,\"pool\":{},\"since\":7,\"epoch\":\"x\",\"digest\":\"-\",\"serves\":[]}"
      })
  void shouldTakeWhatItDoesNotUnderstandForNothing(String text) {
    byte[] value = text.getBytes(UTF_8);
    assertThat(Records.latch(value, "www.example.com", "joint")).isEmpty();
    assertThat(Records.override(value)).isEmpty();
    assertThat(Records.opinion(value)).isEmpty();
    assertThat(Records.heartbeat(value)).isEmpty();
  }

  @Test
  void shouldFindItsWayBackFromEachKey() {
    Keys keys = Keys.of("a cluster/of mine");
    OverridePath pool = new OverridePath("www.example.com", "a/b c", null);
    OverridePath endpoint = new OverridePath("*.example.com", "ams", "web 1");
    assertThat(keys.subject(keys.presence("ams1"))).isEqualTo(new Keys.Subject.Presence("ams1"));
    assertThat(keys.subject(keys.opinion("ams1", "tcp_:80@192.0.2.1.0a")))
        .isEqualTo(new Keys.Subject.Opinion("ams1", "tcp_:80@192.0.2.1.0a"));
    assertThat(keys.subject(keys.latch("www.example.com", "ipv6")))
        .isEqualTo(new Keys.Subject.Latch("www.example.com", "ipv6", "www.example.com/ipv6"));
    assertThat(keys.subject(keys.override(pool))).isEqualTo(new Keys.Subject.Overriding(pool));
    assertThat(keys.subject(keys.override(endpoint)))
        .isEqualTo(new Keys.Subject.Overriding(endpoint));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"config/history/1", "vantages/a", "vantages/a/opinions", "latches/a", "%zz", ""})
  void shouldLeaveKeysAloneThatItDoesNotKnow(String key) {
    Keys keys = Keys.of("default");
    assertThat(keys.subject(Objects.requireNonNull(keys.root()) + key)).isNull();
    assertThat(keys.subject("/elsewhere/" + key)).isNull();
  }
}
