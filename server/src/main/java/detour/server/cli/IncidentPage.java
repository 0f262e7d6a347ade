package detour.server.cli;

import detour.server.api.ClusterReport;
import detour.server.api.HistoryReport;
import detour.server.api.ServiceReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An incident as one HTML file that stands alone: no scripts, and nothing is fetched from
/// anywhere. All that comes from a server is escaped.
final class IncidentPage {
  /// `TITLE` stands for the title.
  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>TITLE</title>
      <style>
      :root { color-scheme: light dark; --line: #8884; --good: #2e8b57; --bad: #c0392b; --changed: #b7791f; --unknown: #8888; }
      body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; margin-top: 1.5rem; }
      table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); }
      th { font-weight: 600; } td.time { white-space: nowrap; font-variant-numeric: tabular-nums; } dt { float: left; clear: left; min-width: 12rem; font-weight: 600; } dd { margin: 0 0 .2rem 13rem; }
      .wide { overflow-x: auto; } svg text { font: 11px system-ui, sans-serif; fill: currentColor; } .tick { stroke: var(--line); }
      rect.good { fill: var(--good); } rect.bad { fill: var(--bad); } rect.changed { fill: var(--changed); } rect.unknown { fill: var(--unknown); }
      b.good { color: var(--good); } b.bad { color: var(--bad); } b.changed { color: var(--changed); } .note { opacity: .75; }
      @media print { body { max-width: none; margin: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
      </style>
      </head>
      <body>
      """;

  private final Incident incident;
  private final Times times;
  private final StringBuilder page = new StringBuilder();

  private IncidentPage(Incident incident, Times times) {
    this.incident = incident;
    this.times = times;
  }

  static String render(Incident incident, Times times) {
    return new IncidentPage(incident, times).render();
  }

  /// A text that means itself in HTML, in an element or an attribute.
  static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.appendCodePoint(Character.isISOControl(c) ? '\ufffd' : c);
          }
        });
    return out.toString();
  }

  private String render() {
    String subject = incident.service() == null ? "all services" : incident.service();
    String title = "Incident of %s, %s".formatted(subject, times.full(incident.from()));
    page.append(HEAD.replace("TITLE", escaped(title)));
    page.append("<h1>%s</h1>%n<main>%n".formatted(escaped(title)));
    summary(subject);
    timeline();
    decisions();
    for (ServiceReport service : incident.services()) {
      service(service);
    }
    cluster();
    return page.append("</main>\n</body>\n</html>\n").toString();
  }

  private void summary(String subject) {
    var status = incident.status();
    page.append("<dl>\n");
    entry("About", subject);
    entry(
        "Time",
        "%s to %s (%s), zone %s"
            .formatted(
                times.full(incident.from()),
                times.full(incident.until()),
                Times.span(Duration.between(incident.from(), incident.until())),
                times.zone()));
    entry("Told by", "%s, Detour %s".formatted(status.node(), status.version()));
    entry("Drawn at", times.full(status.at()));
    entry(
        "Configuration",
        "%s, loaded %s"
                .formatted(
                    status.configuration().file(), times.full(status.configuration().loadedAt()))
            + revision());
    entry("Selection epoch", Long.toString(status.epoch()));
    entry("Alarms now", status.alarms().isEmpty() ? "none" : String.join("; ", status.alarms()));
    page.append("</dl>\n");
  }

  private String revision() {
    ClusterReport cluster = incident.cluster();
    if (cluster == null || cluster.nodes().isEmpty()) {
      return "";
    }
    var running = cluster.nodes().getFirst().configuration();
    return running == null ? "" : ", revision " + running.revision();
  }

  private void timeline() {
    IncidentTimeline timeline = new IncidentTimeline(incident, times);
    page.append("<h2>Timeline</h2>\n");
    if (timeline.isEmpty()) {
      page.append("<p class=\"note\">Nothing changed in that time.</p>\n");
      return;
    }
    page.append("<div class=\"wide\">\n").append(timeline.svg()).append("</div>\n");
    if (timeline.left() > 0) {
      page.append("<p class=\"note\">%d more are in the table.</p>%n".formatted(timeline.left()));
    }
  }

  private void decisions() {
    page.append("<h2>Decisions</h2>\n");
    if (!incident.complete()) {
      page.append(
          "<p class=\"note\">Earlier events of that time are left out: there are too many, or the"
              + " history does not go back so far.</p>\n");
    }
    open("Time", "What", "From", "To", "Why", "By");
    for (HistoryReport.Event event : incident.events()) {
      row(
          time(event.at()),
          cell(event.subject().isEmpty() ? event.kind() : event.subject()),
          state(event.from()),
          state(event.to()),
          cell(event.reason()),
          cell(event.author()));
    }
    close();
  }

  private void service(ServiceReport service) {
    page.append("<h2>%s</h2>%n".formatted(escaped(service.name())));
    page.append("<h3>Now</h3>\n");
    open("Family", "Status", "Pool", "Since", "Why", "TTL", "Answers");
    for (ServiceReport.Selection selection : service.selections()) {
      row(
          cell(selection.family()),
          state(selection.status()),
          cell(selection.pool() == null ? "" : selection.pool()),
          time(selection.since()),
          cell(selection.reason()),
          cell(selection.ttlSeconds() + "s"),
          cell(String.join(", ", selection.answers())));
    }
    close();
    page.append("<h3>Answers served</h3>\n");
    page.append(
        "<p class=\"note\">%d %s since the server started at %s. A resolver that obeys TTLs"
                .formatted(
                    service.answers(),
                    service.answers() == 1 ? "response" : "responses",
                    times.full(incident.status().startedAt()))
            + " may hold an address until the time told; others may hold it longer.</p>\n");
    open("Address", "Records", "Last", "TTL then", "Held until");
    for (ServiceReport.HandedOut out : service.handedOut()) {
      row(
          cell(out.destination()),
          cell(Long.toString(out.times())),
          time(out.last()),
          cell(out.ttlSeconds() + "s"),
          time(out.heldUntil()));
    }
    close();
    IncidentProbes probes = new IncidentProbes(incident, times, service.name());
    probes(probes);
    page.append("<h3>Endpoints and their last results</h3>\n");
    for (ServiceReport.Pool pool : service.pools()) {
      pool.endpoints().forEach(endpoint -> endpoint(pool.name(), endpoint, probes));
    }
  }

  private void probes(IncidentProbes probes) {
    page.append("<h3>Results of the last hour</h3>\n");
    for (String gap : probes.gaps()) {
      page.append("<p class=\"note\">%s</p>%n".formatted(escaped(gap)));
    }
    if (probes.lanes().isEmpty()) {
      page.append("<p class=\"note\">No results of that time are kept.</p>\n");
      return;
    }
    page.append("<div class=\"wide\">\n").append(probes.svg()).append("</div>\n");
    open("Endpoint", "Check", "Vantage", "Passed", "With a warning", "Failed", "Took", "At most");
    for (IncidentProbes.Lane lane : probes.lanes()) {
      row(
          cell(lane.endpoint()),
          cell(lane.check()),
          cell(lane.vantage()),
          cell(Long.toString(lane.passed())),
          cell(Long.toString(lane.degraded())),
          cell(Long.toString(lane.failed())),
          cell(lane.passed() + lane.degraded() == 0 ? "" : Times.milliseconds(lane.mean())),
          cell(lane.passed() + lane.degraded() == 0 ? "" : Times.milliseconds(lane.max())));
    }
    close();
  }

  private void endpoint(String pool, ServiceReport.Endpoint endpoint, IncidentProbes probes) {
    page.append(
        "<p>%s/%s <code>%s</code>: <b class=\"%s\">%s</b>, %s</p>%n"
            .formatted(
                escaped(pool),
                escaped(endpoint.name()),
                escaped(endpoint.destination()),
                endpoint.healthy() ? "good" : "bad",
                endpoint.healthy() ? "healthy" : "not healthy",
                escaped(endpoint.healthReason())));
    List<IncidentProbes.Last> last = probes.last(pool, endpoint);
    if (last.isEmpty()) {
      return;
    }
    open("Check", "Vantage", "Time", "Result", "Took", "What was seen");
    for (IncidentProbes.Last one : last) {
      for (ServiceReport.Observation seen : one.results()) {
        row(
            cell(one.check()),
            cell(one.vantage()),
            time(seen.at()),
            state(seen.passed() ? seen.degraded() ? "warning" : "UP" : "DOWN"),
            cell(Times.milliseconds(seen.milliseconds())),
            cell(seen.detail()));
      }
    }
    close();
  }

  private void cluster() {
    ClusterReport cluster = incident.cluster();
    if (cluster == null || cluster.nodes().isEmpty()) {
      return;
    }
    page.append("<h2>Cluster</h2>\n");
    open("Node", "Presence", "Epoch", "Agrees", "Detail");
    for (ClusterReport.Node node : cluster.nodes()) {
      row(
          cell(node.name()),
          cell(node.presence()),
          cell(Long.toString(node.epoch())),
          cell(node.agrees() ? "yes" : "no: " + node.disagreement()),
          cell(node.detail()));
    }
    close();
  }

  private void entry(String term, String text) {
    page.append("<dt>%s</dt><dd>%s</dd>%n".formatted(escaped(term), escaped(text)));
  }

  private void open(String... titles) {
    page.append("<div class=\"wide\"><table>\n<thead><tr>");
    for (String title : titles) {
      page.append("<th scope=\"col\">").append(title).append("</th>");
    }
    page.append("</tr></thead>\n<tbody>\n");
  }

  private void row(String... cells) {
    page.append("<tr>").append(String.join("", cells)).append("</tr>\n");
  }

  private void close() {
    page.append("</tbody></table></div>\n");
  }

  private static String cell(String text) {
    return "<td>" + escaped(text) + "</td>";
  }

  private String time(@Nullable Instant at) {
    return "<td class=\"time\">" + (at == null ? "" : times.full(at)) + "</td>";
  }

  private static String state(String state) {
    return state.isEmpty()
        ? "<td></td>"
        : "<td><b class=\"%s\">%s</b></td>".formatted(IncidentTimeline.kind(state), escaped(state));
  }
}
