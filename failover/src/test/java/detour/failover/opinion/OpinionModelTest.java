package detour.failover.opinion;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.Thresholds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compares the rules with a model that keeps every result for ever and counts anew each time.
class OpinionModelTest {
  private static final int SEQUENCES = 400;
  private static final int RESULTS = 120;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldAgreeWithAModelThatForgetsNothing(long seed) {
    Random random = new Random(seed);
    for (int sequence = 0; sequence < SEQUENCES; sequence++) {
      Thresholds thresholds = randomThresholds(random);
      Opinion opinion = OpinionRules.initial(thresholds, 0);
      Model model = new Model(thresholds);
      double passRate = random.nextDouble();
      for (int i = 0; i < RESULTS; i++) {
        long start = 10L * i - random.nextInt(random.nextBoolean() ? 1 : 60);
        boolean passed = random.nextDouble() < passRate;
        Observation result = new Observation(passed, "", start, 10L * i);
        opinion = OpinionRules.next(thresholds, opinion, result);
        model.add(result);
        assertThat(opinion.health())
            .as("seed %d, sequence %d, result %d, %s", seed, sequence, i, thresholds)
            .isEqualTo(model.health);
      }
    }
  }

  private static Thresholds randomThresholds(Random random) {
    int rise = 1 + random.nextInt(4);
    return new Thresholds(
        1 + random.nextInt(4),
        rise,
        random.nextBoolean() ? 0 : 1 + random.nextInt(8),
        1 + random.nextInt(6),
        Duration.ofNanos(random.nextBoolean() ? 0 : 300),
        rise + random.nextInt(12));
  }

  private static final class Model {
    private final Thresholds thresholds;
    private final List<Observation> all = new ArrayList<>();
    private final List<Long> downs = new ArrayList<>();
    private Health health = Health.UNKNOWN;
    private int turnedAt;

    Model(Thresholds thresholds) {
      this.thresholds = thresholds;
    }

    void add(Observation result) {
      all.add(result);
      if (health == Health.DOWN) {
        if (inARow(true) >= rise()) {
          turn(Health.UP);
        }
      } else if (inARow(false) >= thresholds.fall() || tooManyInTotal()) {
        downs.add(result.endNanos());
        turn(Health.DOWN);
      } else if (result.passed()) {
        health = Health.UP;
      }
    }

    private void turn(Health to) {
      health = to;
      turnedAt = all.size();
    }

    /// Results of one kind since the last turn that started after everything of the other kind.
    private long inARow(boolean passed) {
      long newestOther =
          all.stream()
              .filter(r -> r.passed() != passed)
              .mapToLong(Observation::startNanos)
              .max()
              .orElse(Long.MIN_VALUE);
      return all.stream()
          .skip(turnedAt)
          .filter(r -> r.passed() == passed && r.startNanos() > newestOther)
          .count();
    }

    private boolean tooManyInTotal() {
      int failures = 0;
      int clean = 0;
      long newestFailure = newestFailureBefore(turnedAt);
      for (Observation result : all.subList(turnedAt, all.size())) {
        if (!result.passed()) {
          failures++;
          clean = 0;
          newestFailure = Math.max(newestFailure, result.startNanos());
        } else if (result.startNanos() > newestFailure && ++clean >= thresholds.forgive()) {
          failures = 0;
        }
      }
      return thresholds.fallTotal() > 0 && failures >= thresholds.fallTotal();
    }

    private long newestFailureBefore(int index) {
      return all.subList(0, index).stream()
          .filter(r -> !r.passed())
          .mapToLong(Observation::startNanos)
          .max()
          .orElse(Long.MIN_VALUE);
    }

    private int rise() {
      long last = downs.getLast();
      long window = thresholds.flapWindow().toNanos();
      double rise = thresholds.rise();
      for (long down : downs.subList(0, downs.size() - 1)) {
        rise *= window > 0 && last - down <= window ? 2 : 1;
      }
      return (int) Math.min(rise, thresholds.flapLimit());
    }
  }
}
