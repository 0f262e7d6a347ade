package detour.server.cli;

import detour.server.api.HistoryReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The events of an incident as a picture in SVG: a lane for each service and endpoint, coloured by
/// the state that it was in. The same is in the table below it, in words.
final class IncidentTimeline {
  private static final int MOST_LANES = 60;

  private final Incident incident;
  private final Times times;
  private final IncidentAxis axis;
  private final Map<String, List<HistoryReport.Event>> lanes = new LinkedHashMap<>();

  /// The first pool of each service, which is where all is well.
  private final Set<String> wanted;

  IncidentTimeline(Incident incident, Times times) {
    this.incident = incident;
    this.times = times;
    this.axis = new IncidentAxis(incident, times);
    this.wanted =
        incident.services().stream()
            .filter(service -> !service.pools().isEmpty())
            .map(service -> service.name() + "/" + service.pools().getFirst().name())
            .collect(Collectors.toSet());
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
    Instant since = known(events.getFirst().at());
    String state = events.getFirst().from();
    for (HistoryReport.Event event : events) {
      bar(svg, subject, state, since, event.at(), number);
      since = event.at();
      state = event.to();
    }
    bar(svg, subject, state, since, incident.until(), number);
  }

  /// Since when the state before the first event is known: a server that started within the time of
  /// the incident cannot say what was before.
  private Instant known(Instant firstEvent) {
    Instant started = incident.status().startedAt();
    return started.isAfter(incident.from()) && !started.isAfter(firstEvent)
        ? started
        : incident.from();
  }

  private void bar(
      StringBuilder svg, String subject, String state, Instant since, Instant until, int number) {
    String said =
        "%s, %s to %s"
            .formatted(state.isEmpty() ? "not known" : state, times.full(since), times.full(until));
    String kind = wanted.contains(subject + "/" + state) ? "good" : kind(state);
    axis.bar(svg, number, since, until, 1, kind, said);
  }

  /// The class of a state's colour, here and in the tables.
  static String kind(String state) {
    if (state.isEmpty() || state.equals("UNKNOWN")) {
      return "unknown";
    }
    return switch (States.style(state)) {
      case GOOD -> "good";
      case BAD -> "bad";
      default -> "changed";
    };
  }
}
