package detour.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.api.HistoryReport;
import detour.server.api.ServiceReport;
import detour.server.api.TrendReport;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/// The file that is left of an incident.
class IncidentPageTest {
  private static String page(List<HistoryReport.Event> events) {
    return page(events, List.of(probes()));
  }

  private static String page(List<HistoryReport.Event> events, List<TrendReport> probes) {
    return IncidentPage.render(
        new Incident(
            Samples.ago("PT1H"),
            Samples.NOW,
            null,
            Samples.clustered(Samples.failedOver()),
            List.of(Samples.failedOver(), Samples.lastResort()),
            probes,
            events,
            true,
            Samples.differing()),
        Samples.TIMES);
  }

  private static List<HistoryReport.Event> events() {
    return HistorySamples.history().events().reversed();
  }

  @Test
  void shouldTellTimelineDecisionsResultsAndAnswers() {
    assertThat(page(events()))
        .contains("<svg", "class=\"bad\"", "shop.example.com/ams/web1")
        .contains("connection refused (3 in a row)", "fra serves because ams is not available")
        .contains("timed out after 2 s while waiting for the status line")
        .contains("Configuration", "Selection epoch", "Held until", "fra1");
  }

  /// The failure is seen from two vantages; a third told nothing.
  private static TrendReport probes() {
    return new TrendReport(
        "shop.example.com",
        "ams1",
        Samples.NOW,
        null,
        List.of(
            vantage("ams1", true, "", List.of(line(0, 20), line(20, 0))),
            vantage("fra1", false, "", List.of(line(1, 19))),
            vantage("nyc1", false, "it was asked, and has told nothing yet", List.of())));
  }

  private static TrendReport.Vantage vantage(
      String name, boolean own, String why, List<TrendReport.Line> lines) {
    return new TrendReport.Vantage(name, "", own, "PRESENT", Samples.NOW, 1.0, why, 0, lines);
  }

  /// Two steps, of which the first is from before the incident.
  private static TrendReport.Line line(int passed, int failed) {
    List<Long> begin =
        Stream.of("PT2H", "PT10M").map(ago -> Samples.ago(ago).getEpochSecond()).toList();
    return new TrendReport.Line(
        "ams",
        "web1",
        passed == 20 ? "tcp :80" : "https :443 /health",
        60,
        begin,
        List.of(100, passed),
        List.of(0, 0),
        List.of(0, failed),
        List.of(3.0, 12.5),
        List.of(9.0, 40.0),
        List.of(new ServiceReport.Observation(Samples.NOW, false, false, "seen from afar", 1.5)));
  }

  @Test
  void shouldShowWhatEveryVantageFoundInThatTimeAndWhoToldNothing() {
    assertThat(page(events()))
        .contains("Results of the last hour", "ams/web1 from fra1")
        .contains("1 passed, 0 with a warning, 19 failed; 13 ms on average, at most 40 ms")
        .contains("nyc1: it was asked, and has told nothing yet")
        .contains("seen from afar")
        .doesNotContain("100 passed");
  }

  @Test
  void shouldColourWhatFailedAndWhatPassed() {
    String shop = page(events());
    String picture = shop.substring(shop.indexOf("Results of the last hour"));

    assertThat(picture.substring(0, picture.indexOf("</svg>")))
        .containsSubsequence("ams/web1 from ams1", "class=\"bad\"", "0 passed")
        .containsSubsequence("ams/web1 from fra1", "class=\"changed\"", "1 passed")
        .containsSubsequence("ams/web1 from ams1", "class=\"good\"", "20 passed");
  }

  /// The first pool of a service is where it belongs; what was before the server started is not
  /// known.
  @Test
  void shouldColourAServiceByWhereItBelongs() {
    List<HistoryReport.Event> events =
        List.of(
            selection("PT30M", "ams", "fra"),
            selection("PT20M", "fra", "last resort"),
            selection("PT10M", "last resort", "ams"));

    String page = page(events);

    assertThat(page.substring(page.indexOf("<svg"), page.indexOf("</svg>")))
        .containsSubsequence(
            "class=\"good\"><title>ams, ",
            "class=\"changed\"><title>fra, ",
            "class=\"bad\"><title>last resort, ",
            "class=\"good\"><title>ams, ");
  }

  private static HistoryReport.Event selection(String ago, String from, String to) {
    return new HistoryReport.Event(
        1,
        Samples.ago(ago),
        "shop.example.com",
        "selection",
        "shop.example.com",
        from,
        to,
        "because",
        "detour");
  }

  @Test
  void shouldStandAlone() {
    assertThat(page(events()))
        .doesNotContain("<script", "http://", "https://", "url(", "<link", "<img")
        .contains("default-src 'none'");
  }

  @Test
  void shouldEscapeWhateverComesFromOutside() {
    List<HistoryReport.Event> events = new ArrayList<>(events());
    events.add(
        new HistoryReport.Event(
            10,
            Samples.NOW,
            "shop.example.com",
            "endpoint",
            "shop.example.com/\"><script>alert(1)</script>",
            "UP",
            "<b>DOWN",
            "a & b 'c'",
            "<mallory>"));

    assertThat(page(events))
        .doesNotContain("<script>", "<mallory>", "<b>DOWN", "\u001b")
        .contains("&lt;mallory&gt;", "a &amp; b &#39;c&#39;");
  }

  @Test
  void shouldBeWellFormed() throws Exception {
    String body = page(events()).replaceAll("(?s)^.*?<body>", "<body>").replace("</html>", "");

    assertThat(
            DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(body)))
                .getElementsByTagName("table")
                .getLength())
        .isGreaterThan(5);
  }

  @Test
  void shouldSaySoWhereNothingChanged() {
    assertThat(page(List.of(), List.of()))
        .contains("Nothing changed in that time.", "No results of that time are kept.")
        .doesNotContain("<svg");
  }
}
