package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Journal.Change;
import detour.server.publish.Journal.HistoryEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happened since the last time it was asked: events for people, and changes for the disk.
/// Publish thread only.
final class Chronicle {
  /// The author of the server's own decisions.
  static final String SELF = "detour";

  private static final Logger LOG = LoggerFactory.getLogger("detour.decisions");

  private final Time time;
  private long lastId;
  private List<Change> changes = new ArrayList<>();
  private List<HistoryEvent> events = new ArrayList<>();

  /// @param lastId the greatest id of the events saved so far
  Chronicle(Time time, long lastId) {
    this.time = time;
    this.lastId = lastId;
  }

  /// Notes an event for the history, the log and the event stream.
  void event(
      @Nullable String service,
      String kind,
      String subject,
      String from,
      String to,
      String reason,
      String author) {
    HistoryEvent event =
        new HistoryEvent(++lastId, time.now(), service, kind, subject, from, to, reason, author);
    events.add(event);
    changes.add(new Change.Event(event));
    LOG.info(
        "{} {}: {}{} ({}){}",
        kind,
        subject,
        from.isEmpty() ? "" : from + " -> ",
        to,
        reason,
        author.equals(SELF) ? "" : " by " + author);
  }

  void selection(Journal.SavedSelection selection) {
    changes.add(new Change.Selection(selection));
  }

  void opinion(Journal.SavedOpinion opinion) {
    changes.add(new Change.Opinion(opinion));
  }

  void overrideSet(OverridePath path, OperatorOverride override) {
    changes.add(new Change.OverrideSet(path, override));
  }

  void overrideCleared(OverridePath path) {
    changes.add(new Change.OverrideCleared(path));
  }

  Instant now() {
    return time.now();
  }

  /// The changes since the last call.
  List<Change> takeChanges() {
    List<Change> taken = changes;
    changes = new ArrayList<>();
    return taken;
  }

  /// The events since the last call.
  List<HistoryEvent> takeEvents() {
    List<HistoryEvent> taken = events;
    events = new ArrayList<>();
    return taken;
  }
}
