package detour.server.store;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Journal.Change;
import detour.server.publish.Journal.Epochs;
import detour.server.publish.Journal.HistoryEvent;
import detour.server.publish.Journal.Saved;
import detour.server.publish.Journal.SavedEpoch;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Journal.SavedSelection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Changes, decisions and events as rows, over one connection.
final class Rows {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final Instant LATEST = Instant.ofEpochSecond(0, Long.MAX_VALUE);
  private static final Instant EARLIEST = Instant.ofEpochSecond(0, Long.MIN_VALUE);

  private final PreparedStatement putSelection;
  private final PreparedStatement putOpinion;
  private final PreparedStatement putOverride;
  private final PreparedStatement removeOverride;
  private final PreparedStatement putOperatorChange;
  private final PreparedStatement putEpoch;
  private final PreparedStatement addEvent;
  private final PreparedStatement forgetEvents;

  Rows(Connection connection) throws SQLException {
    putSelection =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO selection (service, family, pool, since_nanos, held, epoch)"
                + " VALUES (?, ?, ?, ?, ?, ?)");
    putOpinion =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO opinion (target, health, since_nanos) VALUES (?, ?, ?)");
    putOverride =
        connection.prepareStatement(
            "INSERT INTO operator_override (service, pool, endpoint, layer, state, reason, author,"
                + " since_nanos, starts_nanos, expires_nanos, purpose, lapses_nanos, approver,"
                + " forced_past) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    removeOverride =
        connection.prepareStatement(
            "DELETE FROM operator_override WHERE service = ? AND pool = ? AND endpoint = ?");
    putOperatorChange =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO operator_change (service, pool, endpoint, at_nanos)"
                + " VALUES (?, ?, ?, ?)");
    putEpoch =
        connection.prepareStatement("INSERT OR REPLACE INTO epoch (which, value) VALUES (?, ?)");
    addEvent =
        connection.prepareStatement(
            "INSERT INTO event (id, at_nanos, service, kind, subject, from_state, to_state, reason,"
                + " author) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    forgetEvents =
        connection.prepareStatement(
            """
            DELETE FROM event WHERE id <= (
              SELECT max(id) FROM (SELECT id, at_nanos FROM event ORDER BY id LIMIT ?3)
              WHERE at_nanos < ?1 OR id <= (SELECT max(id) FROM event) - ?2)
            """);
  }

  /// All but the history.
  ///
  /// @throws SQLException also when a row holds what was never written, as damage to the file
  static Saved load(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return new Saved(
          selections(statement),
          opinions(statement),
          overrides(statement),
          operatorChanges(statement),
          lastEventId(statement),
          epochs(statement));
    } catch (IllegalArgumentException e) {
      throw new SQLiteException(e.getMessage(), SQLiteErrorCode.SQLITE_CORRUPT);
    }
  }

  private static long lastEventId(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT coalesce(max(id), 0) FROM event")) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private static Epochs epochs(Statement statement) throws SQLException {
    Epochs epochs = Epochs.NOTHING;
    try (ResultSet row = statement.executeQuery("SELECT which, value FROM epoch")) {
      while (row.next()) {
        epochs = epochs.with(SavedEpoch.valueOf(row.getString(1)), row.getLong(2));
      }
    }
    return epochs;
  }

  private static Map<String, SavedSelection> selections(Statement statement) throws SQLException {
    Map<String, SavedSelection> selections = new HashMap<>();
    try (ResultSet row =
        statement.executeQuery(
            "SELECT service, family, pool, since_nanos, held, epoch FROM selection")) {
      while (row.next()) {
        SavedSelection selection =
            new SavedSelection(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                instant(row.getLong(4)),
                row.getBoolean(5),
                row.getLong(6));
        selections.put(selection.key(), selection);
      }
    }
    return selections;
  }

  private static Map<String, SavedOpinion> opinions(Statement statement) throws SQLException {
    Map<String, SavedOpinion> opinions = new HashMap<>();
    try (ResultSet row =
        statement.executeQuery("SELECT target, health, since_nanos FROM opinion")) {
      while (row.next()) {
        SavedOpinion opinion =
            new SavedOpinion(
                row.getString(1), Health.valueOf(row.getString(2)), instant(row.getLong(3)));
        opinions.put(opinion.target(), opinion);
      }
    }
    return opinions;
  }

  private static Map<OverridePath, OperatorOverride> overrides(Statement statement)
      throws SQLException {
    Map<OverridePath, OperatorOverride> overrides = new HashMap<>();
    try (ResultSet row =
        statement.executeQuery(
            "SELECT service, pool, endpoint, state, reason, author, since_nanos, starts_nanos,"
                + " expires_nanos, purpose, lapses_nanos, approver, forced_past FROM"
                + " operator_override ORDER BY layer DESC")) {
      while (row.next()) {
        OverridePath path = path(row);
        // The lowest layer first: each lies over those read before.
        overrides.put(path, override(row).over(overrides.get(path)));
      }
    }
    return overrides;
  }

  private static Map<OverridePath, Instant> operatorChanges(Statement statement)
      throws SQLException {
    Map<OverridePath, Instant> changes = new HashMap<>();
    try (ResultSet row =
        statement.executeQuery("SELECT service, pool, endpoint, at_nanos FROM operator_change")) {
      while (row.next()) {
        changes.put(path(row), instant(row.getLong(4)));
      }
    }
    return changes;
  }

  private static OverridePath path(ResultSet row) throws SQLException {
    String endpoint = row.getString(3);
    return new OverridePath(
        row.getString(1), row.getString(2), endpoint.isEmpty() ? null : endpoint);
  }

  private static OperatorOverride override(ResultSet row) throws SQLException {
    return new OperatorOverride(
        OperatorOverride.State.valueOf(row.getString(4)),
        row.getString(5),
        row.getString(6),
        instant(row.getLong(7)),
        instantOrNull(row, 8),
        instantOrNull(row, 9),
        OperatorOverride.Purpose.valueOf(row.getString(10)),
        new OperatorOverride.Vetting(
            instantOrNull(row, 11), row.getString(12), row.getString(13).lines().toList()),
        null);
  }

  private static @Nullable Instant instantOrNull(ResultSet row, int column) throws SQLException {
    long nanos = row.getLong(column);
    return row.wasNull() ? null : instant(nanos);
  }

  /// Events, newest first; see [detour.server.publish.Journal#history].
  static List<HistoryEvent> history(
      Connection connection, @Nullable String service, long beforeId, int limit)
      throws SQLException {
    String sql =
        "SELECT id, at_nanos, service, kind, subject, from_state, to_state, reason, author"
            + " FROM event WHERE id < ?1"
            + (service == null ? "" : " AND service = ?3")
            + " ORDER BY id DESC LIMIT ?2";
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setLong(1, beforeId);
      query.setInt(2, limit);
      if (service != null) {
        query.setString(3, service);
      }
      List<HistoryEvent> events = new ArrayList<>();
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          events.add(
              new HistoryEvent(
                  row.getLong(1),
                  instant(row.getLong(2)),
                  row.getString(3),
                  row.getString(4),
                  row.getString(5),
                  row.getString(6),
                  row.getString(7),
                  row.getString(8),
                  row.getString(9)));
        }
      }
      return events;
    }
  }

  void write(Change change) throws SQLException {
    switch (change) {
      case Change.Selection(var selection) -> write(selection);
      case Change.Opinion(var opinion) -> write(opinion);
      case Change.OverrideSet(var path, var override) -> write(path, override);
      case Change.OverrideCleared(var path) -> remove(path);
      case Change.OperatorChanged(var path, var at) -> write(path, at);
      case Change.Event(var event) -> write(event);
      case Change.Epoch(var which, long value) -> write(which, value);
    }
  }

  /// Forgets the oldest events.
  ///
  /// @param before events that happened earlier go
  /// @param keep so many of the newest may stay
  /// @param atMost how many are looked at, so that no transaction grows long
  void forgetEvents(Instant before, int keep, int atMost) throws SQLException {
    forgetEvents.setLong(1, nanos(before));
    forgetEvents.setInt(2, keep);
    forgetEvents.setInt(3, atMost);
    forgetEvents.executeUpdate();
  }

  private void write(SavedSelection selection) throws SQLException {
    putSelection.setString(1, selection.service());
    putSelection.setString(2, selection.family());
    putSelection.setString(3, selection.pool());
    putSelection.setLong(4, nanos(selection.since()));
    putSelection.setBoolean(5, selection.held());
    putSelection.setLong(6, selection.epoch());
    putSelection.executeUpdate();
  }

  private void write(SavedOpinion opinion) throws SQLException {
    putOpinion.setString(1, opinion.target());
    putOpinion.setString(2, opinion.health().name());
    putOpinion.setLong(3, nanos(opinion.since()));
    putOpinion.executeUpdate();
  }

  private void write(OverridePath path, OperatorOverride override) throws SQLException {
    remove(path);
    int layer = 0;
    for (OperatorOverride said = override; said != null; said = said.meanwhile()) {
      path(putOverride, path);
      putOverride.setInt(4, layer++);
      putOverride.setString(5, said.state().name());
      putOverride.setString(6, said.reason());
      putOverride.setString(7, said.author());
      putOverride.setLong(8, nanos(said.since()));
      setInstant(putOverride, 9, said.starts());
      setInstant(putOverride, 10, said.expires());
      putOverride.setString(11, said.purpose().name());
      setInstant(putOverride, 12, said.vetting().lapses());
      putOverride.setString(13, said.vetting().approver());
      putOverride.setString(14, String.join("\n", said.vetting().forcedPast()));
      putOverride.executeUpdate();
    }
  }

  private void write(OverridePath path, Instant changed) throws SQLException {
    path(putOperatorChange, path);
    putOperatorChange.setLong(4, nanos(changed));
    putOperatorChange.executeUpdate();
  }

  private static void setInstant(PreparedStatement statement, int column, @Nullable Instant at)
      throws SQLException {
    if (at == null) {
      statement.setNull(column, Types.BIGINT);
    } else {
      statement.setLong(column, nanos(at));
    }
  }

  private void remove(OverridePath path) throws SQLException {
    path(removeOverride, path);
    removeOverride.executeUpdate();
  }

  private static void path(PreparedStatement statement, OverridePath path) throws SQLException {
    String endpoint = path.endpoint();
    statement.setString(1, path.service());
    statement.setString(2, path.pool());
    statement.setString(3, endpoint == null ? "" : endpoint);
  }

  private void write(SavedEpoch which, long value) throws SQLException {
    putEpoch.setString(1, which.name());
    putEpoch.setLong(2, value);
    putEpoch.executeUpdate();
  }

  private void write(HistoryEvent event) throws SQLException {
    if (event.id() > 0) {
      addEvent.setLong(1, event.id());
    } else {
      addEvent.setNull(1, Types.INTEGER);
    }
    addEvent.setLong(2, nanos(event.at()));
    addEvent.setString(3, event.service());
    addEvent.setString(4, event.kind());
    addEvent.setString(5, event.subject());
    addEvent.setString(6, event.from());
    addEvent.setString(7, event.to());
    addEvent.setString(8, event.reason());
    addEvent.setString(9, event.author());
    addEvent.executeUpdate();
  }

  /// Times beyond the years 1677 and 2262 become the nearest that fits.
  private static long nanos(Instant instant) {
    if (instant.isAfter(LATEST)) {
      return Long.MAX_VALUE;
    }
    if (instant.isBefore(EARLIEST)) {
      return Long.MIN_VALUE;
    }
    // One second less and the rest: the earliest instants overflow otherwise.
    long second = instant.getEpochSecond();
    return second < 0
        ? (second + 1) * NANOS_PER_SECOND + (instant.getNano() - NANOS_PER_SECOND)
        : second * NANOS_PER_SECOND + instant.getNano();
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
