package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Journal.Change;
import detour.server.publish.Journal.HistoryEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happened since the last time it was asked: events for people, and changes for the disk; and
/// the last that was noted of each selection and opinion. Publish thread only.
final class Chronicle {
  /// The author of the server's own decisions.
  static final String SELF = "detour";

  private static final Logger LOG = LoggerFactory.getLogger("detour.decisions");

  private final Time time;
  private final Map<String, Journal.SavedSelection> selections;
  private final Map<String, Journal.SavedOpinion> opinions;
  private long lastId;
  private boolean moved;
  private List<Change> changes = new ArrayList<>();
  private List<HistoryEvent> events = new ArrayList<>();

  /// A moment of the chronicle.
  record Mark(long lastId, boolean moved, int changes, int events) {}

  /// @param saved what earlier runs left
  Chronicle(Time time, Journal.Saved saved) {
    this.time = time;
    lastId = saved.lastEventId();
    selections = new HashMap<>(saved.selections());
    opinions = new HashMap<>(saved.opinions());
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
  }

  void selection(Journal.SavedSelection selection) {
    moved = true;
    selections.put(selection.key(), selection);
    changes.add(new Change.Selection(selection));
  }

  void opinion(Journal.SavedOpinion opinion) {
    opinions.put(opinion.target(), opinion);
    changes.add(new Change.Opinion(opinion));
  }

  /// The last selection that was noted for the key, in this run or an earlier one, whether or not
  /// the service was there all the time.
  Journal.@Nullable SavedSelection lastSelection(String key) {
    return selections.get(key);
  }

  /// The last opinion that was noted for the key, in the same way.
  Journal.@Nullable SavedOpinion lastOpinion(String targetKey) {
    return opinions.get(targetKey);
  }

  void overrideSet(OverridePath path, OperatorOverride override) {
    moved = true;
    changes.add(new Change.OverrideSet(path, override));
  }

  void overrideCleared(OverridePath path) {
    moved = true;
    changes.add(new Change.OverrideCleared(path));
  }

  /// Notes when an operator changed last what is said of a path: the rules ask for it, also after a
  /// restart and when nothing is said any more.
  void operatorChanged(OverridePath path, Instant at) {
    changes.add(new Change.OperatorChanged(path, at));
  }

  void epoch(Journal.SavedEpoch which, long value) {
    changes.add(new Change.Epoch(which, value));
  }

  /// Whether a latch was moved or an override changed since the last call.
  boolean takeMoved() {
    boolean taken = moved;
    moved = false;
    return taken;
  }

  Instant now() {
    return time.now();
  }

  /// Where things stand, to return to with [#rollBack].
  Mark mark() {
    return new Mark(lastId, moved, changes.size(), events.size());
  }

  /// Forgets the events and changes since the mark, between which and now none were taken.
  void rollBack(Mark mark) {
    lastId = mark.lastId;
    moved = mark.moved;
    changes.subList(mark.changes, changes.size()).clear();
    events.subList(mark.events, events.size()).clear();
  }

  /// The changes since the last call.
  List<Change> takeChanges() {
    List<Change> taken = changes;
    changes = new ArrayList<>();
    return taken;
  }

  /// The events since the last call; this is when they are logged, after their answers were
  /// published.
  List<HistoryEvent> takeEvents() {
    List<HistoryEvent> taken = events;
    events = new ArrayList<>();
    taken.forEach(Chronicle::log);
    return taken;
  }

  private static void log(HistoryEvent event) {
    LOG.info(
        "{} {}: {}{}{}{}",
        event.kind(),
        event.subject(),
        event.from().isEmpty() ? "" : event.from() + " -> ",
        event.to(),
        event.reason().isEmpty() ? "" : " (" + event.reason() + ")",
        event.author().equals(SELF) ? "" : " by " + event.author());
  }
}
