package detour.server.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happened, newest first: the answer of `GET /api/v1/history`.
///
/// @param nextBefore pass it as `before` to read on; null when there is nothing older
public record HistoryReport(List<Event> events, @Nullable Long nextBefore) {

  /// One thing that happened.
  ///
  /// @param id grows with each event; 0 while the event is not yet on disk
  /// @param service null for what is about the whole server
  /// @param kind `selection`, `endpoint`, `override`, `failback`, `reload`, `start` or `stop`
  /// @param subject what it happened to, as `www.example.com/ams/web1`
  /// @param from the old state; empty where there is none
  /// @param author `detour` for the server's own decisions, else an operator
  public record Event(
      long id,
      Instant at,
      @Nullable String service,
      String kind,
      String subject,
      String from,
      String to,
      String reason,
      String author) {}
}
