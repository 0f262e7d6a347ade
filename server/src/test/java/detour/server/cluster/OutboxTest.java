package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SimulatedClient;
import detour.server.cluster.store.SimulatedStore;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Write;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// In what order, and how often, a node writes.
class OutboxTest {
  private static final long STEP_NANOS = 10_000_000L;

  private final SimulatedStore store = new SimulatedStore(this::nowNanos);
  private final SimulatedClient client = store.client();
  private final Metrics metrics = new Metrics();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<String> sent = new ArrayList<>();
  private final Pile urgent = new Pile("urgent");
  private final Pile usual = new Pile("usual");
  private final Outbox outbox =
      new Outbox(
          client,
          new Time(this::nowNanos, () -> Instant.EPOCH),
          tasks::add,
          metrics,
          new Random(1),
          List.of(urgent, usual),
          (_, _) -> {});
  private long nanos = 1_000_000_000L;

  @Test
  void shouldSendTheMostUrgentFirst() {
    usual.waiting = 2;
    urgent.waiting = 2;
    pass(Duration.ofSeconds(1));

    assertThat(sent).containsExactly("urgent", "urgent", "usual", "usual");
  }

  @Test
  void shouldHaveOneUnderWayAtATime() {
    client.slow(Duration.ofMillis(100));
    urgent.waiting = 3;
    pass(Duration.ofMillis(150));

    assertThat(sent).containsExactly("urgent");
  }

  @Test
  void shouldWaitLongerAfterEachFailure() {
    client.unreachable(true);
    urgent.waiting = 100;
    pass(Duration.ofMinutes(1));

    // Each attempt takes 2 s to fail, and then up to 5 s more are waited for.
    assertThat(sent).hasSizeBetween(8, 22);
    assertThat(outbox.trouble()).isNotNull();
    assertThat(metrics.value(Counter.CLUSTER_COMMITS_FAILED)).isGreaterThanOrEqualTo(8);
  }

  @Test
  void shouldTryTheRestTooWhileTheMostUrgentFails() {
    client.unreachable(true);
    urgent.waiting = 100;
    usual.waiting = 100;
    pass(Duration.ofSeconds(20));

    assertThat(sent).contains("urgent", "usual");
  }

  @Test
  void shouldGoOnAtFullSpeedOnceTheStoreAnswers() {
    client.unreachable(true);
    urgent.waiting = 20;
    pass(Duration.ofSeconds(20));
    client.unreachable(false);
    pass(Duration.ofSeconds(8));

    assertThat(urgent.waiting).isZero();
    assertThat(outbox.trouble()).isNull();
  }

  private long nowNanos() {
    return nanos;
  }

  private void pass(Duration duration) {
    for (long end = nanos + duration.toNanos(); nanos < end; nanos += STEP_NANOS) {
      outbox.send(nanos);
      store.run();
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      outbox.send(nanos);
    }
  }

  /// So many transactions, one like the other.
  private final class Pile implements Transaction.Source {
    private final String name;
    private int waiting;

    Pile(String name) {
      this.name = name;
    }

    @Override
    public @Nullable Transaction next(long nowNanos) {
      if (waiting == 0) {
        return null;
      }
      sent.add(name);
      waiting--;
      Write write = new Write.Put(name, name.getBytes(StandardCharsets.UTF_8));
      return new Transaction(
          List.of(),
          List.of(write),
          new Transaction.Outcome() {
            @Override
            public void committed(long revision) {
              // It is gone already.
            }

            @Override
            public void refused(Listing present) {
              throw new AssertionError("there are no conditions");
            }

            @Override
            public void failed(StoreFailure why) {
              waiting++;
            }
          });
    }

    @Override
    public long nextDueNanos() {
      return waiting == 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
    }
  }
}
