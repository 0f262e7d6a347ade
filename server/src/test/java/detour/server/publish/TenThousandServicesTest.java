package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import detour.dns.answer.AnswerTable;
import detour.dns.answer.Responder;
import detour.dns.answer.Transport;
import detour.dns.wire.Name;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.opinion.Observation;
import detour.server.metrics.Metrics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/// Ten thousand services whose endpoints die and recover while two threads query them: no answer is
/// ever malformed, of another service, or of two pools at once.
class TenThousandServicesTest {
  private static final long PAUSE_NANOS = 20_000;
  private static final long MORE_PAUSE_NANOS = 500_000;
  private static final int SERVICES = 10_000;
  private static final int FLIPS = 30_000;
  private static final int SINGLE_FLIPS = 300;
  private static final int READERS = 2;
  private static final long SEED = 20_300_101;

  /// What no machine is too slow for; the figures themselves are printed.
  private static final Duration GENEROUS = Duration.ofSeconds(30);

  private final SettableTime time = new SettableTime();
  private final PublishLoop loop =
      new PublishLoop(
          time.time(),
          new MemoryJournal(),
          new Metrics(),
          () -> {
            throw new ConfigurationRefused(List.of("not read in this test"));
          },
          Declared.configuration(services()));
  private final ProbeTarget[][] targets = new ProbeTarget[SERVICES][2];

  /// By service and pool, what the last results said.
  private final boolean[][] down = new boolean[SERVICES][2];

  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicBoolean paused = new AtomicBoolean();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicReference<@Nullable String> wrong = new AtomicReference<>();
  private final List<Thread> readers = new ArrayList<>();

  private static List<Service> services() {
    List<Service> services = new ArrayList<>();
    for (int index = 0; index < SERVICES; index++) {
      services.add(
          Declared.service(
                  name(index), pool("one", address(index, 0)), pool("two", address(index, 1)))
              .service());
    }
    return services;
  }

  private static String name(int service) {
    return "s" + service + "." + Declared.ORIGIN;
  }

  /// The address tells pool and service.
  private static String address(int service, int pool) {
    return "10." + (pool + 1) + "." + service / 256 + "." + service % 256;
  }

  @BeforeAll
  static void logLess() {
    decisionLog().setLevel(Level.WARN);
  }

  @AfterAll
  static void logAgain() {
    decisionLog().setLevel(null);
  }

  /// A line for each of so many failovers would be what is measured.
  private static Logger decisionLog() {
    return (Logger) LoggerFactory.getLogger("detour.decisions");
  }

  @BeforeEach
  void start() {
    for (int service = 0; service < SERVICES; service++) {
      for (int pool = 0; pool < 2; pool++) {
        targets[service][pool] = Declared.target(address(service, pool));
      }
    }
    loop.start(ProbeControl.NONE);
    for (int reader = 0; reader < READERS; reader++) {
      long seed = SEED + reader;
      readers.add(Thread.ofPlatform().name("reader-" + reader).start(() -> read(seed)));
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    ended.set(true);
    for (Thread reader : readers) {
      reader.join();
    }
    loop.close();
  }

  @Test
  @Timeout(120)
  void shouldAnswerRightlyWhateverFlips() {
    Random random = new Random(SEED);
    for (int service = 0; service < SERVICES; service++) {
      say(service, 0, false);
      say(service, 1, false);
    }
    for (int flip = 0; flip < FLIPS; flip++) {
      int service = random.nextInt(SERVICES);
      int pool = random.nextInt(2);
      say(service, pool, !down[service][pool]);
    }
    awaitModel();

    Duration quiet = failAll(false);
    Duration queried = failAll(true);

    long[] single = new long[SINGLE_FLIPS];
    for (int flip = 0; flip < SINGLE_FLIPS; flip++) {
      single[flip] = singleFlip(random.nextInt(SERVICES));
    }
    Arrays.sort(single);

    System.out.printf(
        "10,000 services, %,d answers checked meanwhile: deciding observation to swapped table"
            + " p50 %.2f ms, p99 %.2f ms; 10,000 failovers at once %d ms, %d ms"
            + " without queries%n",
        answers.get(),
        single[SINGLE_FLIPS / 2] / 1e6,
        single[SINGLE_FLIPS * 99 / 100] / 1e6,
        queried.toMillis(),
        quiet.toMillis());
    assertThat(wrong.get()).isNull();
    assertThat(answers.get()).isPositive();
    assertThat(queried).isLessThan(GENEROUS);
    assertThat(quiet).isLessThan(GENEROUS);
  }

  /// Every first endpoint up, then every one down at once.
  ///
  /// @return how long it took until every service was answered from its second pool
  private Duration failAll(boolean queriedMeanwhile) {
    for (int service = 0; service < SERVICES; service++) {
      say(service, 0, false);
      say(service, 1, false);
    }
    time.advance(Duration.ofMinutes(1));
    say(0, 0, false);
    awaitModel();
    paused.set(!queriedMeanwhile);
    long begun = System.nanoTime();
    for (int service = 0; service < SERVICES; service++) {
      say(service, 0, true);
    }
    awaitEach();
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    paused.set(false);
    awaitModel();
    return took;
  }

  /// How long it takes from the one observation that decides to the table with its answer. The
  /// first endpoint is down, so the second decides between its pool and the last resort.
  private long singleFlip(int service) {
    Asker asker = new Asker(SEED);
    boolean goesDown = !down[service][1];
    say(service, 1, goesDown, goesDown ? 2 : 1);
    awaitModel(service);
    int expected = goesDown ? 0 : 1;
    long begun = System.nanoTime();
    say(service, 1, goesDown, 1);
    down[service][1] = goesDown;
    while (asker.poolAnswered(loop.table(), service) != expected) {
      // Spinning would take a core from what is measured.
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return System.nanoTime() - begun;
  }

  /// As many results as it takes.
  private void say(int service, int pool, boolean goesDown) {
    say(service, pool, goesDown, goesDown ? 3 : 2);
    down[service][pool] = goesDown;
  }

  private void say(int service, int pool, boolean goesDown, int results) {
    for (int result = 0; result < results; result++) {
      time.advance(Duration.ofNanos(1_000));
      long now = time.time().nowNanos();
      loop.observed(
          targets[service][pool],
          new Observation(!goesDown, goesDown ? "refused" : "200 OK", now, now));
    }
  }

  /// Waits for one service after the other, so that waiting takes little from what is measured.
  private void awaitEach() {
    Asker asker = new Asker(SEED);
    long deadline = System.nanoTime() + GENEROUS.toNanos();
    for (int service = 0; service < SERVICES; service++) {
      while (!allowed(service, asker.poolAnswered(loop.table(), service))) {
        assertThat(System.nanoTime()).describedAs(name(service)).isLessThan(deadline);
        LockSupport.parkNanos(MORE_PAUSE_NANOS);
      }
    }
  }

  private void awaitModel() {
    Asker asker = new Asker(SEED);
    await()
        .atMost(GENEROUS)
        .pollInterval(Duration.ofMillis(5))
        .pollDelay(Duration.ZERO)
        .untilAsserted(() -> {
          AnswerTable table = loop.table();
          for (int service = 0; service < SERVICES; service++) {
            assertThat(allowed(service, asker.poolAnswered(table, service)))
                .describedAs("the pool answered for %s", name(service))
                .isTrue();
          }
        });
  }

  private void awaitModel(int service) {
    Asker asker = new Asker(SEED);
    await()
        .atMost(GENEROUS)
        .pollInterval(Duration.ofMillis(1))
        .pollDelay(Duration.ZERO)
        .until(() -> allowed(service, asker.poolAnswered(loop.table(), service)));
  }

  /// Whether the model allows this pool. A failback takes its time, so while both are up either may
  /// serve; while none is, the first does.
  private boolean allowed(int service, int pool) {
    if (down[service][0]) {
      return pool == (down[service][1] ? 0 : 1);
    }
    return !down[service][1] || pool == 0;
  }

  private void read(long seed) {
    Asker asker = new Asker(seed);
    Random random = new Random(seed);
    try {
      while (!ended.get()) {
        while (paused.get()) {
          LockSupport.parkNanos(MORE_PAUSE_NANOS);
        }
        asker.poolAnswered(loop.table(), random.nextInt(SERVICES));
        answers.incrementAndGet();
        if (answers.get() % 256 == 0) {
          // As a listener would between two batches: two readers must not keep both cores to
          // themselves.
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
    } catch (RuntimeException | AssertionError e) {
      wrong.compareAndSet(null, e.toString());
    }
  }

  /// Asks for one service and checks every octet of what must be there.
  private final class Asker {
    private final Responder responder;

    Asker(long seed) {
      responder = new Responder(seed);
    }

    int poolAnswered(AnswerTable table, int service) {
      byte[] name = Name.parse(name(service)).toWire();
      ByteBuffer query = ByteBuffer.allocate(12 + name.length + 4);
      query.putShort((short) service).putShort((short) 0x0100).putShort((short) 1);
      query.putShort((short) 0).putInt(0).put(name).putInt(0x0001_0001);
      ByteBuffer response =
          ByteBuffer.wrap(
              responder.answer(table, query.array(), Transport.UDP, time.now().toEpochMilli()));
      int question = query.capacity();
      int pool = response.get(question + 13) - 1;
      boolean right =
          response.getShort(0) == (short) service
              // A response, authoritative, recursion desired, NOERROR.
              && (response.getShort(2) & 0xFFFF) == 0x8500
              && response.getShort(4) == 1
              // One address and no more, so never those of two pools.
              && response.getShort(6) == 1
              && (response.getShort(question) & 0xC000) == 0xC000
              && response.getInt(question + 2) == 0x0001_0001
              && response.getInt(question + 6) >= 5
              && response.getInt(question + 6) <= 30
              && response.getShort(question + 10) == 4
              && response.get(question + 12) == 10
              && (pool == 0 || pool == 1)
              && (response.getShort(question + 14) & 0xFFFF) == service;
      if (!right) {
        throw new AssertionError(name(service) + ": " + Arrays.toString(response.array()));
      }
      return pool;
    }
  }
}
