package detour.server.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.publish.PublishedState.Seen;
import detour.server.trend.Sight;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a vantage tells of its probes is small, whatever it has, and no record brings a reader
/// down.
class SightRecordsTest {
  static final Instant AT = Instant.parse("2030-01-01T00:00:00.250Z");
  private static final long HOUR_AGO = AT.getEpochSecond() - 3_600;

  @Test
  void shouldReadBackWhatItWrote() {
    List<Sight.Step> steps =
        List.of(
            new Sight.Step(HOUR_AGO, 3, 0, 0, 12.345, 15.5),
            new Sight.Step(HOUR_AGO + 80, 0, 2, 1, 0.001, 700));
    List<Seen> last =
        List.of(
            new Seen(AT.minusMillis(17), true, false, "200 OK", 12.5),
            new Seen(AT.minusSeconds(5), true, true, "slow", 800),
            new Seen(AT.minusSeconds(10), false, false, "connection refused", 0.4));
    Sight sight =
        new Sight(AT, "a note", 2, List.of(new Sight.Line("ams", "a1", "tcp", 40, steps, last)));

    assertThat(SightRecords.read(SightRecords.bounded(sight))).contains(sight);
  }

  @Test
  void shouldTakeAFewKilobytesForAServiceOfFourChecks() {
    byte[] record = SightRecords.bounded(sight(4));

    assertThat(record).hasSizeBetween(8_000, 12_000);
    Sight read = SightRecords.read(record).orElseThrow();
    assertThat(read.lines()).hasSize(4);
    assertThat(read.lines().getFirst().stepSeconds()).isEqualTo(40);
    assertThat(read.lines().getFirst().steps()).hasSizeBetween(90, 91);
    assertThat(read.lines().getFirst().last()).hasSize(10);
  }

  @Test
  void shouldTellInLongerStepsWhatWouldNotFit() {
    byte[] record = SightRecords.bounded(sight(40));

    assertThat(record).hasSizeLessThanOrEqualTo(SightRecords.BYTES_MAX);
    Sight read = SightRecords.read(record).orElseThrow();
    assertThat(read.lines()).hasSize(40);
    assertThat(read.leftOut()).isZero();
    assertThat(read.lines().getLast().stepSeconds()).isGreaterThan(40);
    assertThat(results(read.lines().getLast())).isEqualTo(360 * 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 1_500})
  void shouldSayHowManyLinesWereLeftOut(int lines) {
    byte[] record = SightRecords.bounded(sight(lines));

    assertThat(record).hasSizeLessThanOrEqualTo(SightRecords.BYTES_MAX);
    Sight read = SightRecords.read(record).orElseThrow();
    assertThat(read.lines()).isNotEmpty();
    assertThat(read.lines().size() + read.leftOut()).isEqualTo(lines);
  }

  @Test
  void shouldCutWhatAProbeSaysAtLength() {
    Seen wordy = new Seen(AT, false, false, "ü".repeat(5_000), 1);
    Sight sight =
        new Sight(AT, "", 0, List.of(new Sight.Line("a", "b", "c", 0, List.of(), List.of(wordy))));

    Sight read = SightRecords.read(SightRecords.bounded(sight)).orElseThrow();

    assertThat(read.lines().getFirst().last().getFirst().detail()).hasSize(120).endsWith("ü…");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"v\":2,\"at\":\"2030-01-01T00:00:00Z\",\"lines\":[]}",
        "{\"v\":1,\"at\":\"yesterday\",\"lines\":[]}",
        "{\"v\":1,\"at\":\"-9999-01-01T00:00:00Z\",\"lines\":[]}",
        "{\"v\":1,\"at\":\"2030-01-01T00:00:00Z\",\"lines\":[{\"from\":-9,\"begin\":[1]}]}",
        "{\"v\":1,\"at\":\"2030-01-01T00:00:00Z\",\"lines\":[{\"begin\":[1],\"mean\":[-1]}]}",
        "{\"v\":1,\"at\":\"2030-01-01T00:00:00Z\",\"lines\":[{\"begin\":[1],\"mean\":[1e300]}]}",
        "{\"v\":1,\"at\":\"2030-01-01T00:00:00Z\",\"lines\":[{\"last\":[{\"ago\":-7}]}]}",
      })
  void shouldReadNothingOfWhatCannotBe(String record) {
    assertThat(SightRecords.read(record.getBytes(UTF_8))).isEmpty();
  }

  @Test
  void shouldReadNothingThatIsMuchLongerThanARecordMayBe() {
    byte[] record = SightRecords.bounded(sight(1));
    String padded = new String(record, UTF_8) + " ".repeat(2 * SightRecords.BYTES_MAX);

    assertThat(SightRecords.read(padded.getBytes(UTF_8))).isEmpty();
  }

  /// An hour of results each ten seconds, none like the next.
  static Sight sight(int lines) {
    return new Sight(
        AT,
        "",
        0,
        IntStream.range(0, lines)
            .mapToObj(line ->
                new Sight.Line("ams", "ams" + line, "http :80 /healthz", 10, steps(), last()))
            .toList());
  }

  private static List<Sight.Step> steps() {
    return IntStream.range(0, 360)
        .mapToObj(i -> new Sight.Step(HOUR_AGO + i * 10L, 3, 0, 0, 11.137 + i * 0.011, 17.9 + i))
        .toList();
  }

  private static List<Seen> last() {
    return IntStream.range(0, 10)
        .mapToObj(i -> new Seen(AT.minusSeconds(i * 5L), true, false, "200 OK", 12.512))
        .toList();
  }

  private static int results(Sight.Line line) {
    return line.steps().stream().mapToInt(Sight.Step::passed).sum();
  }
}
