package detour.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.api.HistoryReport;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/// The file that is left of an incident.
class IncidentPageTest {
  private static String page(List<HistoryReport.Event> events) {
    return IncidentPage.render(
        new Incident(
            Samples.ago("PT1H"),
            Samples.NOW,
            null,
            Samples.clustered(Samples.failedOver()),
            List.of(Samples.failedOver(), Samples.lastResort()),
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
    assertThat(page(List.of())).contains("Nothing changed in that time.").doesNotContain("<svg");
  }
}
