package detour.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.api.ServiceReport;
import detour.server.api.StatusReport;
import detour.server.cli.StatusView.Depth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every view against a file that holds what it must print. `-Dgolden=write` renews the files; the
/// review is to read them.
class ViewGoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/detour/server/cli");
  private static final Look PLAIN = new Look(100, false, true);
  private static final Look COLOUR = new Look(100, true, true);
  private static final Look ASCII = new Look(100, false, false);
  private static final Look NARROW = new Look(50, false, true);

  static Stream<Arguments> views() {
    StatusReport mixed =
        Samples.status(
            List.of(
                Samples.healthy(),
                Samples.failedOver(),
                Samples.ready(),
                Samples.failingBack(),
                Samples.lastResort(),
                Samples.drained()),
            List.of(
                "the canaries of this vantage fail: verdicts are frozen",
                "mail.example.com: no pool is available: the whole first pool is answered"),
            List.of());
    List<ServiceReport> many = IntStream.range(0, 500).mapToObj(Samples::many).toList();
    return Stream.of(
        Arguments.of("healthy", status(Samples.status(Samples.healthy()), PLAIN)),
        Arguments.of("failed-over", status(Samples.status(Samples.failedOver()), PLAIN)),
        Arguments.of("ready", status(Samples.status(Samples.ready()), PLAIN)),
        Arguments.of("failing-back", status(Samples.status(Samples.failingBack()), PLAIN)),
        Arguments.of("last-resort", status(Samples.status(Samples.lastResort()), PLAIN)),
        Arguments.of("drained", status(Samples.status(Samples.drained()), PLAIN)),
        Arguments.of("separate-families", status(Samples.status(Samples.separate()), PLAIN)),
        Arguments.of("no-services", status(Samples.status(), PLAIN)),
        Arguments.of(
            "refused-reload",
            status(
                Samples.status(
                    List.of(Samples.healthy()),
                    List.of("the last reload was refused: detour.yaml:1:3: unknown key"),
                    IntStream.range(1, 8)
                        .mapToObj("detour.yaml:%d:3: unknown key"::formatted)
                        .toList()),
                PLAIN)),
        Arguments.of("mixed", status(mixed, PLAIN)),
        Arguments.of("mixed-colour", status(mixed, COLOUR)),
        Arguments.of("mixed-ascii", status(mixed, ASCII)),
        Arguments.of("mixed-narrow", status(mixed, NARROW)),
        Arguments.of("many", status(Samples.status(many, List.of(), List.of()), PLAIN)),
        Arguments.of(
            "many-narrow",
            status(Samples.status(many.subList(0, 25), List.of(), List.of()), NARROW)),
        Arguments.of(
            "explain",
            ExplanationView.render(
                Samples.explanation(Samples.failedOver()), PLAIN, Samples.TIMES)),
        Arguments.of(
            "explain-colour",
            ExplanationView.render(
                Samples.explanation(Samples.failedOver()), COLOUR, Samples.TIMES)),
        Arguments.of(
            "explain-ascii",
            ExplanationView.render(
                Samples.explanation(Samples.lastResort()), ASCII, Samples.TIMES)),
        Arguments.of(
            "explain-drained",
            ExplanationView.render(Samples.explanation(Samples.drained()), PLAIN, Samples.TIMES)),
        Arguments.of(
            "explain-nxdomain", ExplanationView.render(Samples.nxdomain(), PLAIN, Samples.TIMES)),
        Arguments.of(
            "clustered", status(Samples.clustered(Samples.voted(Samples.failedOver())), PLAIN)),
        Arguments.of("cluster", ClusterView.render(Samples.cluster(), PLAIN)),
        Arguments.of("cluster-differing", ClusterView.render(Samples.differing(), PLAIN)),
        Arguments.of("cluster-narrow", ClusterView.render(Samples.differing(), NARROW)),
        Arguments.of("cluster-ascii", ClusterView.render(Samples.differing(), ASCII)),
        Arguments.of(
            "explain-clustered",
            ExplanationView.render(
                Samples.explanation(Samples.voted(Samples.failedOver())), PLAIN, Samples.TIMES)),
        Arguments.of("history", HistoryView.render(HistorySamples.history(), PLAIN, Samples.TIMES)),
        Arguments.of(
            "history-colour", HistoryView.render(HistorySamples.history(), COLOUR, Samples.TIMES)),
        Arguments.of(
            "config-history",
            RevisionViews.history(ConfigSamples.revisions(), PLAIN, Samples.TIMES)),
        Arguments.of(
            "config-history-ascii",
            RevisionViews.history(ConfigSamples.revisions(), ASCII, Samples.TIMES)),
        Arguments.of(
            "config-diff",
            String.join("\n", RevisionViews.diff(8, ConfigSamples.BEFORE, ConfigSamples.AFTER))),
        Arguments.of("config-roll-out", RollOut.render(ConfigSamples.cluster(), 9, PLAIN)),
        Arguments.of("config-roll-out-narrow", RollOut.render(ConfigSamples.cluster(), 9, NARROW)),
        Arguments.of("config-cluster", ClusterView.render(ConfigSamples.cluster(), PLAIN)),
        Arguments.of("query", QueryView.render(QuerySamples.answer(), PLAIN)),
        Arguments.of("query-colour", QueryView.render(QuerySamples.answer(), COLOUR)),
        Arguments.of("query-tls-ascii", QueryView.render(QuerySamples.overTls(), ASCII)),
        Arguments.of("query-refused", QueryView.render(QuerySamples.refused(), PLAIN)),
        Arguments.of("query-summary", QueryView.render(QuerySamples.summary(), PLAIN)),
        Arguments.of("zone-check", ZoneView.render(ZoneSamples.checks(), PLAIN)),
        Arguments.of("zone-check-colour", ZoneView.render(ZoneSamples.checks(), COLOUR)),
        Arguments.of("zone-check-good-ascii", ZoneView.render(ZoneSamples.good(), ASCII)),
        Arguments.of("check-passed", CheckView.render(CheckSamples.check(true), PLAIN)),
        Arguments.of(
            "check-certificate-narrow",
            CheckView.render(CheckSamples.checkOfCertificate(), NARROW)),
        Arguments.of("check-failed", CheckView.render(CheckSamples.check(false), ASCII)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("views")
  void shouldPrintWhatTheFileHolds(String name, String text) throws IOException {
    Path file = FOLDER.resolve(name + ".txt");
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(file, text);
    }
    assertThat(text).isEqualTo(Files.readString(file));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("views")
  void shouldKeepWithinTheWidth(String name, String text) {
    int columns = name.endsWith("narrow") ? 50 : 100;

    assertThat(text.lines())
        .allSatisfy(line ->
            assertThat(line.replaceAll("\u001b\\[[0-9]*m", "").length())
                .isLessThanOrEqualTo(columns));
  }

  private static String status(StatusReport report, Look look) {
    return StatusView.render(report, Depth.FITTING, look, Samples.TIMES);
  }
}
