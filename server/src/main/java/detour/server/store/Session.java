package detour.server.store;

import detour.server.publish.Journal.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

/// The file opened for writing, until it fails. Used by the thread `store`.
final class Session implements AutoCloseable {
  private static final int EVENTS_BETWEEN_PRUNES = 256;

  private final StateFile file;
  private final StateFile.Opened opened;
  private final InstantSource clock;
  private final Limits limits;
  private int eventsSincePrune = EVENTS_BETWEEN_PRUNES;

  Session(StateFile file, StateFile.Opened opened, InstantSource clock, Limits limits) {
    this.file = file;
    this.opened = opened;
    this.clock = clock;
    this.limits = limits;
  }

  /// Whether someone removed or replaced the file, so that what is written here would be lost.
  boolean isReplaced() {
    return !file.identity().equals(opened.identity());
  }

  /// Writes all in one transaction that is on disk when this returns. After a failure the session
  /// is to be closed.
  void write(List<Change> changes) throws SQLException {
    Rows rows = opened.rows();
    Connection connection = opened.connection();
    connection.setAutoCommit(false);
    for (Change change : changes) {
      rows.write(change);
      if (change instanceof Change.Event) {
        eventsSincePrune++;
      }
    }
    if (eventsSincePrune >= EVENTS_BETWEEN_PRUNES) {
      rows.forgetEvents(
          clock.instant().minus(limits.eventAge()), limits.events(), 2 * eventsSincePrune + 1000);
      eventsSincePrune = 0;
    }
    // Not commit(), which begins the next transaction at once and so keeps the file locked.
    connection.setAutoCommit(true);
  }

  /// Rolls back what is not committed.
  @Override
  public void close() throws SQLException {
    opened.connection().close();
  }
}
