package detour.server.cli;

import java.time.Duration;
import java.time.Instant;

/// The time of an incident from left to right, which its pictures share: names on the left, lanes
/// beside them, a tick for each sixth of the time.
final class IncidentAxis {
  static final int LANE = 22;
  private static final int WIDTH = 1_000;
  private static final int NAMES = 260;
  private static final int HEAD = 24;
  private static final int TICKS = 6;
  private static final int LONGEST_NAME = 38;

  private final Incident incident;
  private final Times times;

  IncidentAxis(Incident incident, Times times) {
    this.incident = incident;
    this.times = times;
  }

  /// Begins a picture of so many lanes.
  StringBuilder begin(String label, int lanes) {
    int height = HEAD + lanes * LANE;
    StringBuilder svg = new StringBuilder();
    svg.append("<svg role=\"img\" aria-label=\"%s\"".formatted(IncidentPage.escaped(label)))
        .append(" viewBox=\"0 0 %d %d\" width=\"100%%\">%n".formatted(WIDTH, height));
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
    return svg;
  }

  /// Names a lane, counted from 0.
  void name(StringBuilder svg, int lane, String name) {
    String shown =
        name.length() <= LONGEST_NAME
            ? name
            : "…" + name.substring(name.length() - (LONGEST_NAME - 1));
    svg.append(
        "<text x=\"0\" y=\"%d\">%s</text>%n"
            .formatted(HEAD + (lane + 1) * LANE - 8, IncidentPage.escaped(shown)));
  }

  /// A bar in a lane, of the class of its colour, with what it says when it is pointed at.
  ///
  /// @param part of the lane's height that it takes, from the bottom: 0 to 1
  void bar(
      StringBuilder svg,
      int lane,
      Instant since,
      Instant until,
      double part,
      String kind,
      String said) {
    int x = x(since);
    int height = Math.max(2, (int) Math.round((LANE - 6) * part));
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"><title>%s</title></rect>%n"
            .formatted(
                x,
                HEAD + lane * LANE + LANE - 3 - height,
                Math.max(2, x(until) - x),
                height,
                kind,
                IncidentPage.escaped(said)));
  }

  private int x(Instant at) {
    double whole = Math.max(1, Duration.between(incident.from(), incident.until()).toMillis());
    double part = Duration.between(incident.from(), at).toMillis() / whole;
    return NAMES + (int) Math.round(Math.clamp(part, 0, 1) * (WIDTH - NAMES));
  }
}
