package detour.server.api;

import detour.server.api.EventStream.Follower;
import detour.server.api.EventStream.Numbered;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// The route of server-sent events: one event for each thing that happens.
final class Following {
  private static final long HEARTBEAT_MILLIS = 15_000;

  /// Without an id: a client that is cut off again returns with the one it had.
  private static final String GAP =
      """
      event: gap
      data: {"detail":"what happened since your last event is not all remembered: read /api/v1/history"}

      """;

  private final EventStream events;

  Following(EventStream events) {
    this.events = events;
  }

  void events(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly();
    Follower follower = events.follow(exchange.header("Last-Event-ID"));
    if (follower == null) {
      throw new Refused(503, "too many follow the events already: end one, or try later", null);
    }
    try (follower;
        OutputStream out = exchange.stream(200, "text/event-stream")) {
      write(out, ": events of detour\nretry: 1000\n\n");
      if (follower.gap()) {
        write(out, GAP);
      }
      for (Numbered event : follower.missed()) {
        write(out, text(event));
      }
      while (!follower.ended()) {
        Numbered event = follower.next(HEARTBEAT_MILLIS);
        if (!exchange.stillAdmitted()) {
          return;
        }
        if (!follower.ended()) {
          write(out, event == null ? ":\n\n" : text(event));
        }
      }
    }
  }

  private static String text(Numbered numbered) {
    String data = new String(Json.bytes(Reports.event(numbered.event())), StandardCharsets.UTF_8);
    return "id: "
        + numbered.id()
        + "\nevent: "
        + numbered.event().kind()
        + "\ndata: "
        + data
        + "\n\n";
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
