package detour.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpositionTest {
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:[a-z_]+=\"(?:[^\"\\\\]|\\\\.)*\",?)*\\})?"
              + " (-?[0-9.]+(?:E-?[0-9]+)?|NaN|[+-]Inf)");

  private final Metrics metrics = new Metrics();
  private final Exposition exposition = new Exposition(metrics);

  @Test
  void shouldWriteTextThatParses() throws IOException {
    metrics.probed("http", true, 12_000_000);
    metrics.probeStarted(1_000_000);
    exposition.gauge(
        "detour_opinions",
        "Opinions by state.",
        List.of("state"),
        () -> List.of(Sample.of(3, "UP"), Sample.of(1, "with \"quotes\" and \\")));

    Set<String> declared = new HashSet<>();
    int samples = 0;
    for (String line : text(null).lines().toList()) {
      if (line.startsWith("# ")) {
        declared.add(line.replaceFirst("# [A-Z]+ (\\S+) .*", "$1"));
        continue;
      }
      Matcher sample = SAMPLE.matcher(line);
      assertThat(sample.matches()).as(line).isTrue();
      String family = sample.group(1).replaceFirst("_(bucket|count|sum)$", "");
      assertThat(declared).containsAnyOf(sample.group(1), family);
      samples++;
    }
    assertThat(samples).isGreaterThan(50);
  }

  @ParameterizedTest
  @EnumSource(Counter.class)
  void shouldExposeEachCounterByTheConventions(Counter counter) throws IOException {
    metrics.add(counter, 7);

    assertThat(counter.metricName()).matches("detour_[a-z0-9_]+").doesNotEndWith("_total");
    assertThat(counter.help()).matches("[A-Z].*\\.");
    assertThat(text(null))
        .contains("# TYPE " + counter.metricName() + "_total counter\n")
        .contains("\n" + counter.metricName() + "_total 7.0\n");
  }

  @Test
  void shouldCountProbesByKindAndResultWithTheirDurations() throws IOException {
    metrics.probed("http", true, 30_000_000);
    metrics.probed("http", true, 40_000_000);
    metrics.probed("tcp", false, 2_000_000_000);

    assertThat(text(null))
        .contains("detour_probes_total{kind=\"http\",result=\"pass\"} 2.0\n")
        .contains("detour_probes_total{kind=\"tcp\",result=\"fail\"} 1.0\n")
        .contains(
            "detour_probe_duration_seconds_bucket{kind=\"http\",result=\"pass\",le=\"0.025\"} 0\n")
        .contains(
            "detour_probe_duration_seconds_bucket{kind=\"http\",result=\"pass\",le=\"0.05\"} 2\n")
        .contains("detour_probe_duration_seconds_count{kind=\"tcp\",result=\"fail\"} 1\n");
  }

  @Test
  void shouldTellNodeAndVersion() throws IOException {
    exposition.build("ams1", "0.1.0");

    assertThat(text(null)).contains("detour_build_info{node=\"ams1\",version=\"0.1.0\"} 1\n");
  }

  @Test
  void shouldTakeAnEarlyStartForAPunctualOne() throws IOException {
    metrics.probeStarted(-5);

    assertThat(text(null)).contains("detour_probe_start_lateness_seconds_sum 0.0\n");
  }

  @Test
  void shouldAskSuppliedValuesAtEachScrape() throws IOException {
    long[] value = {1};
    exposition.counter(
        "detour_dns_queries",
        "Queries.",
        List.of("transport", "type", "rcode"),
        () -> List.of(Sample.of((double) value[0], "udp", "A", "NOERROR")));

    String line = "detour_dns_queries_total{rcode=\"NOERROR\",transport=\"udp\",type=\"A\"} ";
    assertThat(text(null)).contains(line + "1.0\n");
    value[0] = 2;
    assertThat(text(null)).contains(line + "2.0\n");
  }

  @Test
  void shouldWriteOpenMetricsWhereItIsAskedFor() throws IOException {
    String accept = "application/openmetrics-text; version=1.0.0";

    assertThat(exposition.contentType(accept)).startsWith("application/openmetrics-text");
    assertThat(text(accept)).endsWith("# EOF\n");
    assertThat(exposition.contentType(null)).startsWith("text/plain; version=0.0.4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "queries", // no prefix
        "detour_Queries",
        "detour_queries_total",
        "detour_queries_count",
        "detour__queries",
        "detour_store_failures" // taken
      })
  void shouldRefuseNamesAgainstTheConventions(String name) {
    assertThatThrownBy(() -> exposition.counter(name, "Help.", List.of(), List::of))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  @Test
  void shouldRefuseHelpThatIsNoSentence() {
    assertThatThrownBy(() -> exposition.gauge("detour_epoch", "epoch", List.of(), List::of))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("detour_epoch");
  }

  private String text(@Nullable String accept) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    exposition.write(out, accept);
    return out.toString(StandardCharsets.UTF_8);
  }
}
