package detour.server.cli;

import detour.server.api.HistoryReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The events of an incident as a picture in SVG: a lane for each service and endpoint, coloured by
/// the state that it was in. The same is in the table below it, in words.
final class IncidentTimeline {
  private static final int WIDTH = 1_000;
  private static final int NAMES = 260;
  private static final int LANE = 22;
  private static final int HEAD = 24;
  private static final int MOST_LANES = 60;
  private static final int TICKS = 6;

  private final Incident incident;
  private final Times times;
  private final Map<String, List<HistoryReport.Event>> lanes = new LinkedHashMap<>();

  IncidentTimeline(Incident incident, Times times) {
    this.incident = incident;
    this.times = times;
    for (HistoryReport.Event event : incident.events()) {
      if (!event.subject().isEmpty() && !event.to().isEmpty()) {
        lanes.computeIfAbsent(event.subject(), _ -> new ArrayList<>()).add(event);
      }
    }
  }

  /// How many lanes are left out for want of room.
  int left() {
    return Math.max(0, lanes.size() - MOST_LANES);
  }

  boolean isEmpty() {
    return lanes.isEmpty();
  }

  String svg() {
    int shown = Math.min(lanes.size(), MOST_LANES);
    int height = HEAD + shown * LANE;
    StringBuilder svg = new StringBuilder();
    svg.append("<svg role=\"img\" aria-label=\"states over time; the table below says the same\"")
        .append(" viewBox=\"0 0 %d %d\" width=\"100%%\">%n".formatted(WIDTH, height));
    ticks(svg, height);
    int top = HEAD;
    for (var lane : lanes.entrySet().stream().limit(MOST_LANES).toList()) {
      lane(svg, lane.getKey(), lane.getValue(), top);
      top += LANE;
    }
    return svg.append("</svg>\n").toString();
  }

  private void ticks(StringBuilder svg, int height) {
    Duration whole = Duration.between(incident.from(), incident.until());
    for (int i = 0; i <= TICKS; i++) {
      Instant at = incident.from().plus(whole.multipliedBy(i).dividedBy(TICKS));
      int x = x(at);
      String anchor = i == 0 ? "start" : i == TICKS ? "end" : "middle";
      svg.append(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" class=\"tick\"/>%n"
              .formatted(x, x, HEAD - 6, height));
      svg.append(
          "<text x=\"%d\" y=\"12\" text-anchor=\"%s\">%s</text>%n"
              .formatted(x, anchor, times.clock(at)));
    }
  }

  private void lane(StringBuilder svg, String subject, List<HistoryReport.Event> events, int top) {
    svg.append(
        "<text x=\"0\" y=\"%d\">%s</text>%n"
            .formatted(top + LANE - 8, IncidentPage.escaped(shortened(subject))));
    Instant since = incident.from();
    String state = events.getFirst().from();
    for (HistoryReport.Event event : events) {
      bar(svg, state, since, event.at(), top);
      since = event.at();
      state = event.to();
    }
    bar(svg, state, since, incident.until(), top);
  }

  private void bar(StringBuilder svg, String state, Instant since, Instant until, int top) {
    int x = x(since);
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"><title>%s, %s to %s</title></rect>%n"
            .formatted(
                x,
                top + 3,
                Math.max(2, x(until) - x),
                LANE - 6,
                kind(state),
                IncidentPage.escaped(state.isEmpty() ? "not known" : state),
                times.full(since),
                times.full(until)));
  }

  private int x(Instant at) {
    double whole = Math.max(1, Duration.between(incident.from(), incident.until()).toMillis());
    double part = Duration.between(incident.from(), at).toMillis() / whole;
    return NAMES + (int) Math.round(Math.clamp(part, 0, 1) * (WIDTH - NAMES));
  }

  /// The class of a state's colour, here and in the tables.
  static String kind(String state) {
    String upper = state.toUpperCase(Locale.ROOT);
    if (upper.startsWith("UP") || upper.startsWith("SERVING")) {
      return "good";
    }
    if (upper.startsWith("DOWN") || upper.startsWith("LAST_RESORT")) {
      return "bad";
    }
    return upper.isEmpty() || upper.startsWith("UNKNOWN") ? "unknown" : "changed";
  }

  private static String shortened(String subject) {
    return subject.length() <= 38 ? subject : "…" + subject.substring(subject.length() - 37);
  }
}
