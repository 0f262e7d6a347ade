package detour.server.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// The tables, and how a file of an older version becomes one of this version.
///
/// Times are nanoseconds since 1970-01-01T00:00Z.
final class Schema {
  /// In the file's header, so that `file` and SQLite's own tools tell whose it is: "DTUR".
  static final int APPLICATION_ID = 0x44545552;

  /// Each takes the file from the version that is its index to the next. Never changed once
  /// shipped; a change of the tables is one more.
  private static final List<String> MIGRATIONS =
      List.of(
          """
          CREATE TABLE selection (
            service TEXT NOT NULL,
            family TEXT NOT NULL CHECK (family IN ('joint', 'ipv4', 'ipv6')),
            pool TEXT,
            since_nanos INTEGER NOT NULL,
            PRIMARY KEY (service, family)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE opinion (
            target TEXT NOT NULL PRIMARY KEY,
            health TEXT NOT NULL CHECK (health IN ('UNKNOWN', 'UP', 'DOWN')),
            since_nanos INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE operator_override (
            service TEXT NOT NULL,
            pool TEXT NOT NULL,
            endpoint TEXT NOT NULL, -- empty for the whole pool
            state TEXT NOT NULL CHECK (state IN ('UP', 'DOWN', 'DRAIN')),
            reason TEXT NOT NULL,
            author TEXT NOT NULL,
            since_nanos INTEGER NOT NULL,
            expires_nanos INTEGER,
            PRIMARY KEY (service, pool, endpoint)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at_nanos INTEGER NOT NULL,
            service TEXT,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            from_state TEXT NOT NULL,
            to_state TEXT NOT NULL,
            reason TEXT NOT NULL,
            author TEXT NOT NULL
          ) STRICT;
          CREATE INDEX event_by_service ON event (service, id);
          """,
          """
          ALTER TABLE selection ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
          """,
          """
          ALTER TABLE selection ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
          """,
          """
          CREATE TABLE epoch (
            which TEXT NOT NULL PRIMARY KEY CHECK (which IN ('OWN', 'AGREED')),
            value INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
          """,
          """
          CREATE TABLE layered_override (
            service TEXT NOT NULL,
            pool TEXT NOT NULL,
            endpoint TEXT NOT NULL, -- empty for the whole pool
            layer INTEGER NOT NULL, -- 0 lies over 1, 1 over 2
            state TEXT NOT NULL CHECK (state IN ('UP', 'DOWN', 'DRAIN')),
            reason TEXT NOT NULL,
            author TEXT NOT NULL,
            since_nanos INTEGER NOT NULL,
            starts_nanos INTEGER,
            expires_nanos INTEGER,
            purpose TEXT NOT NULL CHECK (purpose IN ('ORDER', 'DRILL', 'MAINTENANCE')),
            awaited INTEGER NOT NULL,
            approver TEXT,
            forced_past TEXT NOT NULL, -- names of safety rules, each on a line
            PRIMARY KEY (service, pool, endpoint, layer)
          ) STRICT, WITHOUT ROWID;
          INSERT INTO layered_override
            SELECT service, pool, endpoint, 0, state, reason, author, since_nanos, NULL,
              expires_nanos, 'ORDER', 0, NULL, ''
            FROM operator_override;
          DROP TABLE operator_override;
          ALTER TABLE layered_override RENAME TO operator_override;
          """,
          """
          ALTER TABLE operator_override ADD COLUMN lapses_nanos INTEGER;
          UPDATE operator_override SET lapses_nanos = since_nanos + 3600000000000 WHERE awaited;
          ALTER TABLE operator_override DROP COLUMN awaited;
          CREATE TABLE operator_change (
            service TEXT NOT NULL,
            pool TEXT NOT NULL,
            endpoint TEXT NOT NULL, -- empty for the whole pool
            at_nanos INTEGER NOT NULL,
            PRIMARY KEY (service, pool, endpoint)
          ) STRICT, WITHOUT ROWID;
          INSERT INTO operator_change
            SELECT service, pool, endpoint, max(since_nanos)
            FROM operator_override GROUP BY service, pool, endpoint;
          """);

  static final int VERSION = MIGRATIONS.size();

  private Schema() {}

  static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA user_version")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  /// Brings the tables from `version` to [#VERSION], all or nothing. The connection is to be closed
  /// when this fails.
  static void migrate(Connection connection, int version) throws SQLException {
    if (version == VERSION) {
      return;
    }
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (String migration : MIGRATIONS.subList(version, VERSION)) {
        statement.executeUpdate(migration);
      }
      statement.executeUpdate("PRAGMA application_id = " + APPLICATION_ID);
      statement.executeUpdate("PRAGMA user_version = " + VERSION);
      connection.setAutoCommit(true);
    }
  }
}
