package detour.server.cli;

import detour.server.api.HistoryReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The events of an incident as a picture in SVG: a lane for each service and endpoint, coloured by
/// the state that it was in. The same is in the table below it, in words.
final class IncidentTimeline {
  private static final int MOST_LANES = 60;

  private final Incident incident;
  private final Times times;
  private final IncidentAxis axis;
  private final Map<String, List<HistoryReport.Event>> lanes = new LinkedHashMap<>();

  IncidentTimeline(Incident incident, Times times) {
    this.incident = incident;
    this.times = times;
    this.axis = new IncidentAxis(incident, times);
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
    StringBuilder svg = axis.begin("states over time; the table below says the same", shown);
    int number = 0;
    for (var lane : lanes.entrySet().stream().limit(MOST_LANES).toList()) {
      lane(svg, lane.getKey(), lane.getValue(), number++);
    }
    return svg.append("</svg>\n").toString();
  }

  private void lane(
      StringBuilder svg, String subject, List<HistoryReport.Event> events, int number) {
    axis.name(svg, number, subject);
    Instant since = incident.from();
    String state = events.getFirst().from();
    for (HistoryReport.Event event : events) {
      bar(svg, state, since, event.at(), number);
      since = event.at();
      state = event.to();
    }
    bar(svg, state, since, incident.until(), number);
  }

  private void bar(StringBuilder svg, String state, Instant since, Instant until, int number) {
    String said =
        "%s, %s to %s"
            .formatted(state.isEmpty() ? "not known" : state, times.full(since), times.full(until));
    axis.bar(svg, number, since, until, 1, kind(state), said);
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
}
