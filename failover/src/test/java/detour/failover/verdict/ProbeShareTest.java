package detour.failover.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.Vantage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeShareTest {
  private static final int TARGETS = 5_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void shouldChooseSoMany(int redundancy) {
    ProbeShare share = new ProbeShare(vantages(7), redundancy, false);
    assertThat(targets())
        .allSatisfy(t -> assertThat(share.chosen(t, Set.of())).hasSize(redundancy));
  }

  @Test
  void shouldChooseAllWhereThereAreFewer() {
    ProbeShare share = new ProbeShare(vantages(2), 3, false);
    assertThat(share.chosen("http :80 @ 192.0.2.1", Set.of()))
        .containsExactlyInAnyOrder("v0", "v1");
    assertThat(new ProbeShare(List.of(), 3, false).chosen("any", Set.of())).isEmpty();
  }

  @Test
  void shouldNotDependOnTheOrderOfTheVantages() {
    List<Vantage> declared = new ArrayList<>(vantages(9));
    ProbeShare share = new ProbeShare(declared, 3, false);
    Collections.shuffle(declared, new Random(4));
    ProbeShare shuffled = new ProbeShare(declared, 3, false);
    assertThat(targets())
        .allSatisfy(
            t -> assertThat(shuffled.chosen(t, Set.of())).isEqualTo(share.chosen(t, Set.of())));
  }

  @Test
  void shouldMoveOnlyTheTargetsOfTheOneThatLeaves() {
    List<Vantage> all = vantages(6);
    ProbeShare before = new ProbeShare(all, 2, false);
    ProbeShare after = new ProbeShare(all.subList(1, 6), 2, false);
    for (String target : targets()) {
      Set<String> formerly = before.chosen(target, Set.of());
      Set<String> then = after.chosen(target, Set.of());
      if (formerly.contains("v0")) {
        assertThat(then).hasSize(2).containsAll(without(formerly, "v0"));
      } else {
        assertThat(then).isEqualTo(formerly);
      }
    }
  }

  @Test
  void shouldShareOutEvenly() {
    ProbeShare share = new ProbeShare(vantages(5), 2, false);
    Map<String, Integer> load = new HashMap<>();
    targets().forEach(t -> share.chosen(t, Set.of()).forEach(v -> load.merge(v, 1, Integer::sum)));
    int even = TARGETS * 2 / 5;
    assertThat(load).hasSize(5);
    assertThat(load.values())
        .allSatisfy(n -> assertThat(n).isBetween(even * 9 / 10, even * 11 / 10));
  }

  @Test
  void shouldSpreadTheTargetsOfTheOneThatLeavesOverTheOthers() {
    List<Vantage> all = vantages(5);
    ProbeShare before = new ProbeShare(all, 1, false);
    ProbeShare after = new ProbeShare(all.subList(1, 5), 1, false);
    Map<String, Integer> heirs = new HashMap<>();
    targets().stream()
        .filter(t -> before.chosen(t, Set.of()).contains("v0"))
        .forEach(t -> after.chosen(t, Set.of()).forEach(v -> heirs.merge(v, 1, Integer::sum)));
    assertThat(heirs).hasSize(4);
    assertThat(heirs.values()).allSatisfy(n -> assertThat(n).isBetween(200, 300));
  }

  @Test
  void shouldChooseAmongThoseThatTheCheckAsks() {
    ProbeShare share = new ProbeShare(vantages(6), 2, false);
    Set<String> asked = Set.of("v1", "v4", "v5");
    assertThat(targets())
        .allSatisfy(t -> assertThat(share.chosen(t, asked)).hasSize(2).isSubsetOf(asked));
  }

  @Test
  void shouldChooseSoManyOfEachRegion() {
    List<Vantage> vantages =
        List.of(
            new Vantage("ams1", "ams"),
            new Vantage("ams2", "ams"),
            new Vantage("fra1", "fra"),
            new Vantage("fra2", "fra"),
            new Vantage("nyc1", "nyc"));
    ProbeShare share = new ProbeShare(vantages, 1, true);
    assertThat(targets())
        .allSatisfy(t -> {
          assertThat(share.chosen(t, Set.of())).hasSize(3).contains("nyc1");
          assertThat(share.chosen(t, Set.of()))
              .areExactly(1, startsWith("ams"))
              .areExactly(1, startsWith("fra"));
        });
  }

  /// Nodes of two versions must choose the same, so what is chosen may never change.
  @Test
  void shouldChooseWhatEveryVersionChooses() {
    ProbeShare share = new ProbeShare(vantages(5), 2, false);
    assertThat(share.chosen("tcp_:443_@_192.0.2.1.0a1b2c3d", Set.of()))
        .containsExactlyInAnyOrder("v0", "v3");
    assertThat(share.chosen("http_:80_/healthz_@_192.0.2.2.ffff", Set.of()))
        .containsExactlyInAnyOrder("v1", "v3");
  }

  @Test
  void shouldRefuseToChooseNobody() {
    assertThatThrownBy(() -> new ProbeShare(vantages(2), 0, false))
        .hasMessage("redundancy must be at least 1; it is 0");
  }

  private static Condition<String> startsWith(String start) {
    return new Condition<>(name -> name.startsWith(start), "of " + start);
  }

  private static Set<String> without(Set<String> names, String name) {
    Set<String> rest = new HashSet<>(names);
    rest.remove(name);
    return rest;
  }

  private static List<Vantage> vantages(int count) {
    return IntStream.range(0, count).mapToObj(i -> Vantage.of("v" + i)).toList();
  }

  private static List<String> targets() {
    return IntStream.range(0, TARGETS)
        .mapToObj(i -> "http :80 /healthz @ 10.0." + i / 256 + "." + i % 256)
        .toList();
  }
}
