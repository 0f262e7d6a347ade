package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How a pool's endpoints share the answers.
class BalancingTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static final String A = "192.0.2.1";
  private static final String B = "192.0.2.2";
  private static final String C = "192.0.2.3";
  private static final int QUERIES = 600;

  private static DetourServer server = STAGE.unstartedServer("");

  @BeforeAll
  static void start() {
    server.configure(
        """
        zones: [ { name: example.com, ns: [ns1.example.net] } ]
        services:
          - { name: all.example.com, check: none, pools: [ { endpoints: [%1$s, %2$s, %3$s] } ] }
          - { name: two.example.com, check: none, answer: 2, pools: [ { endpoints: [%1$s, %2$s, %3$s] } ] }
          - name: weighted.example.com
            check: none
            answer: one
            pools:
              - endpoints:
                  - { address: %1$s, weight: 8 }
                  - { address: %2$s, weight: 2 }
                  - { address: %3$s, weight: 0 }
        """
            .formatted(A, B, C));
    server.start();
  }

  @Test
  void shouldAnswerAllInRotatedOrder() {
    Set<String> firsts = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      List<String> answer = server.dns().addresses("all.example.com");
      assertThat(answer).containsExactlyInAnyOrder(A, B, C);
      firsts.add(answer.getFirst());
    }
    assertThat(firsts).containsExactlyInAnyOrder(A, B, C);
  }

  @Test
  void shouldAnswerSoManyDifferentEndpointsAsConfigured() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      List<String> answer = server.dns().addresses("two.example.com");
      assertThat(answer).hasSize(2).doesNotHaveDuplicates().isSubsetOf(A, B, C);
      seen.addAll(answer);
    }
    assertThat(seen).containsExactlyInAnyOrder(A, B, C);
  }

  @Test
  void shouldChooseByWeight() {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < QUERIES; i++) {
      List<String> answer = server.dns().addresses("weighted.example.com");
      assertThat(answer).hasSize(1);
      counts.merge(answer.getFirst(), 1, Integer::sum);
    }

    assertThat(counts).containsOnlyKeys(A, B);
    // 480 expected, standard deviation under 10: these bounds are more than 10 deviations away.
    assertThat(counts.getOrDefault(A, 0)).isBetween(QUERIES * 6 / 10, QUERIES * 97 / 100);
  }
}
