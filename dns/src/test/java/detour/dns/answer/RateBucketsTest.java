package detour.dns.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Ten tokens a second, buckets of two seconds.
class RateBucketsTest {
  private static final long NOW_MILLIS = 1_800_000_000_000L;
  private static final long KEY = 0x1234_5678_9ABC_DEF0L;
  private static final int PER_SECOND = 10;
  private static final int DEPTH = 20;

  private final RateBuckets buckets = new RateBuckets(1);

  @ParameterizedTest
  @CsvSource({
    "0,      0",
    "99,     0",
    "100,    1",
    "250,    2",
    "1999,  19",
    "2000,  20",
    "60000, 20"
  })
  void shouldRefillAtItsRateUpToItsDepth(long afterMillis, int tokens) {
    assertThat(takeAll(KEY, NOW_MILLIS)).isEqualTo(DEPTH);
    assertThat(takeAll(KEY, NOW_MILLIS + afterMillis)).isEqualTo(tokens);
  }

  @Test
  void shouldGiveItsRateHoweverOftenItIsAsked() {
    takeAll(KEY, NOW_MILLIS);
    int taken = 0;
    for (int millis = 1; millis <= 10_000; millis++) {
      taken += takeAll(KEY, NOW_MILLIS + millis);
    }
    assertThat(taken).isEqualTo(10 * PER_SECOND);
  }

  @Test
  void shouldKeepABucketForEachKey() {
    takeAll(KEY, NOW_MILLIS);
    assertThat(takeAll(KEY ^ 1, NOW_MILLIS)).as("of another set").isEqualTo(DEPTH);
    assertThat(takeAll(KEY ^ 1L << 63, NOW_MILLIS)).as("of the same set").isEqualTo(DEPTH);
    assertThat(takeAll(KEY, NOW_MILLIS)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 6, 7, 12, 13, 25, 365})
  void shouldBeFullAfterDays(long days) {
    takeAll(KEY, NOW_MILLIS);
    assertThat(takeAll(KEY, NOW_MILLIS + TimeUnit.DAYS.toMillis(days))).isEqualTo(DEPTH);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0", "-100, 0", "-2001, 20", "-3600000, 20", "-86400000, 20"})
  void shouldGoOnAfterTheClockWasSetBack(long afterMillis, int tokens) {
    takeAll(KEY, NOW_MILLIS);
    assertThat(takeAll(KEY, NOW_MILLIS + afterMillis)).isEqualTo(tokens);
    assertThat(takeAll(KEY, NOW_MILLIS + afterMillis + 5_000)).isEqualTo(DEPTH);
  }

  @Test
  void shouldTakeInAnyKeyWhereItsPlacesAreTaken() {
    for (long other = 0; other < 1_000; other++) {
      assertThat(take(KEY ^ other << 50, NOW_MILLIS)).isTrue();
    }
  }

  @Test
  void shouldKeepAnEmptyBucketWhereManyOthersComeOnce() {
    takeAll(KEY, NOW_MILLIS);
    for (long other = 1; other < 1_000; other++) {
      take(KEY ^ other << 50, NOW_MILLIS + other);
    }
    assertThat(takeAll(KEY, NOW_MILLIS + 999)).isEqualTo(9);
  }

  @Test
  void shouldSpreadPrefixesKindsAndNamesOverTheTable() {
    long prefix = buckets.hash(0x2001_0DB8L << 32, 0);
    assertThat(buckets.hash(0x2001_0DB8L << 32, 1)).isNotEqualTo(prefix);
    assertThat(new RateBuckets(2).hash(0x2001_0DB8L << 32, 0)).isNotEqualTo(prefix);
    assertThat(RateBuckets.hash(prefix, 0, 5)).isNotEqualTo(RateBuckets.hash(prefix, 0, 6));
    assertThat(RateBuckets.hash(prefix, 0, 5)).isNotEqualTo(RateBuckets.hash(prefix, 1, 5));
  }

  @Test
  void shouldGiveEachTokenOnceWhereThreadsTakeAtOnce() throws InterruptedException {
    int tokens = 200_000;
    AtomicInteger taken = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                int own = 0;
                while (buckets.take(
                    KEY, NOW_MILLIS * RateBuckets.TICKS_PER_MILLI, 16, 16L * tokens)) {
                  own++;
                }
                taken.addAndGet(own);
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    // One that loses all its attempts takes a token that is not there.
    assertThat(taken.get()).isBetween(tokens, tokens + tokens / 100);
  }

  private boolean take(long key, long nowMillis) {
    long interval = 1_000 * RateBuckets.TICKS_PER_MILLI / PER_SECOND;
    return buckets.take(key, nowMillis * RateBuckets.TICKS_PER_MILLI, interval, DEPTH * interval);
  }

  private int takeAll(long key, long nowMillis) {
    int taken = 0;
    while (take(key, nowMillis)) {
      taken++;
    }
    return taken;
  }
}
