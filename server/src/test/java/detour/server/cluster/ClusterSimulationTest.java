package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Whole clusters under faults, each from a seed. What fails says how to run its seed again; with
/// `-Ddetour.simulation.seeds=5000` many more are tried.
class ClusterSimulationTest {
  private static final String SEED = "detour.simulation.seed";
  private static final String SEEDS = "detour.simulation.seeds";
  private static final int SEEDS_DEFAULT = 2000;
  private static final int TRACE_SHOWN = 120;

  @BeforeAll
  static void beQuiet() {
    ((Logger) LoggerFactory.getLogger("detour")).setLevel(Level.OFF);
  }

  @AfterAll
  static void beLoudAgain() {
    ((Logger) LoggerFactory.getLogger("detour")).setLevel(null);
  }

  @Test
  void shouldHoldItsInvariantsWhateverFails() {
    Long only = Long.getLong(SEED);
    if (only != null) {
      run(only, true);
      return;
    }
    int seeds = Integer.getInteger(SEEDS, SEEDS_DEFAULT);
    List<String> failures =
        LongStream.rangeClosed(1, seeds)
            .parallel()
            .mapToObj(ClusterSimulationTest::failure)
            .filter(Objects::nonNull)
            .toList();
    assertThat(failures).as("%s of %s seeds fail", failures.size(), seeds).isEmpty();
  }

  @Test
  void shouldDoTheSameForTheSameSeed() {
    assertThat(run(7, false)).isEqualTo(run(7, false)).isNotEmpty();
  }

  private static @Nullable String failure(long seed) {
    try {
      run(seed, false);
      return null;
    } catch (AssertionError e) {
      // At once, for the other seeds may take long.
      System.out.println(e.getMessage());
      return e.getMessage();
    }
  }

  private static List<String> run(long seed, boolean loud) {
    SimulatedCluster cluster = new SimulatedCluster(seed, loud);
    try {
      cluster.run();
      return cluster.trace();
    } catch (AssertionError | RuntimeException e) {
      List<String> trace = cluster.trace();
      List<String> shown = trace.subList(Math.max(0, trace.size() - TRACE_SHOWN), trace.size());
      throw new AssertionError(
          "seed %d: %s%nto run it again: mvn test -pl server -am -Dtest=ClusterSimulationTest -D%s=%d%nwhat happened last:%n%s"
              .formatted(seed, e, SEED, seed, String.join("\n", shown)),
          e);
    }
  }
}
