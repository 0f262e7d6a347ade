package detour.server.store;

import detour.server.publish.Journal.HistoryEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// History for any thread, one reader at a time, on a connection that the writer does not wait for.
final class HistoryReader implements AutoCloseable {
  private final StateFile file;
  private final Writer writer;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Connection connection;
  private int generation;
  private boolean closed;

  HistoryReader(StateFile file, Writer writer) {
    this.file = file;
    this.writer = writer;
  }

  /// See [detour.server.publish.Journal#history].
  ///
  /// @throws StoreException when the file cannot be read
  List<HistoryEvent> history(@Nullable String service, long beforeId, int limit) {
    lock.lock();
    try {
      return Rows.history(connection(), service, beforeId, limit);
    } catch (SQLException e) {
      disconnect();
      if (StateFile.isDamage(e)) {
        writer.damaged(generation, "it is damaged (" + e.getMessage() + ")");
      }
      throw new StoreException(
          "the history in " + file.path() + " cannot be read: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private Connection connection() throws SQLException {
    if (closed) {
      throw new StoreException("the store is closed");
    }
    if (generation != writer.generation()) {
      disconnect();
    }
    Connection open = connection;
    if (open == null) {
      generation = writer.generation();
      open = file.openForReading();
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException _) {
      // Nothing is lost with a connection that only reads.
    } finally {
      connection = null;
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      disconnect();
    } finally {
      lock.unlock();
    }
  }
}
