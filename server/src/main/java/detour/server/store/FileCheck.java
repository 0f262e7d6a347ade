package detour.server.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One look at every page of the file, on the thread `store-check`, soon after the start so that
/// the start does not wait for it.
final class FileCheck implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileCheck.class);
  private static final long CLOSE_MILLIS = 500;

  private final StateFile file;
  private final Writer writer;
  private final Duration delay;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Statement running;

  FileCheck(StateFile file, Writer writer, Duration delay) {
    this.file = file;
    this.writer = writer;
    this.delay = delay;
    this.thread = Thread.ofPlatform().name("store-check").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    int generation = writer.generation();
    try {
      if (closing.await(delay.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
      String found = check();
      if (!found.equals("ok")) {
        writer.damaged(generation, "it is damaged (" + found + ")");
      }
    } catch (SQLException e) {
      if (StateFile.isDamage(e)) {
        writer.damaged(generation, "it is damaged (" + e.getMessage() + ")");
      } else if (closing.getCount() > 0) {
        LOG.warn("{} could not be checked for damage: {}", file.path(), e.getMessage());
      }
    } catch (InterruptedException _) {
      // Nobody interrupts this thread.
    }
  }

  /// `ok`, or the first thing that is wrong.
  private String check() throws SQLException {
    try (Connection connection = file.openForReading();
        Statement statement = connection.createStatement()) {
      running = statement;
      try (ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
        // A line that names the database comes before the finding.
        return row.next() ? row.getString(1).lines().toList().getLast() : "ok";
      } finally {
        running = null;
      }
    }
  }

  /// Breaks the check off.
  @Override
  public void close() {
    closing.countDown();
    try {
      Statement statement = running;
      if (statement != null) {
        statement.cancel();
      }
      thread.join(CLOSE_MILLIS);
    } catch (SQLException _) {
      // It ended by itself meanwhile.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
