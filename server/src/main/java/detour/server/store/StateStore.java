package detour.server.store;

import detour.server.metrics.Metrics;
import detour.server.publish.Journal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

/// The journal in one SQLite file, `state.db` in the data directory.
///
/// One platform thread, `store`, writes: it takes all that waits into one transaction and completes
/// the futures once that is on disk. History is read on a connection of its own. When the disk
/// fails, futures complete exceptionally and one line is logged; the thread tries again until it
/// succeeds, and then writes the decisions that it could not write before.
public final class StateStore implements Journal {
  private static final Logger LOG = LoggerFactory.getLogger(StateStore.class);

  private final DirectoryLock lock;
  private final Saved saved;
  private final Writer writer;
  private final HistoryReader reader;
  private final FileCheck check;
  private final List<String> warnings;

  private StateStore(
      DirectoryLock lock,
      StateFile file,
      Saved saved,
      Writer writer,
      Limits limits,
      List<String> warnings) {
    this.lock = lock;
    this.saved = saved;
    this.writer = writer;
    this.warnings = warnings;
    this.reader = new HistoryReader(file, writer);
    this.check = new FileCheck(file, writer, limits.checkDelay());
  }

  /// Loads SQLite's native part, so that [#open] need not. It may be called by another thread while
  /// other parts of a start go on; what fails here is reported by [#open].
  public static void prepare() {
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      LOG.debug("SQLite could not be loaded ahead of time", e);
    }
  }

  /// Opens the store, and creates it where there is none.
  ///
  /// A file that is damaged or not ours is set aside beside the new one, and [#warnings()] says so.
  ///
  /// @throws StoreException when the directory cannot be used, another server uses it, or the file
  ///   was written by a newer version
  public static StateStore open(Path dataDirectory, Metrics metrics, InstantSource clock) {
    return open(dataDirectory, metrics, clock, Limits.DEFAULT);
  }

  static StateStore open(Path dataDirectory, Metrics metrics, InstantSource clock, Limits limits) {
    DirectoryLock lock = DirectoryLock.acquire(dataDirectory);
    try {
      List<String> warnings = new CopyOnWriteArrayList<>();
      StateFile file = new StateFile(dataDirectory.resolve("state.db"), limits, clock, warnings);
      StateFile.Opened opened = file.open();
      Writer writer = new Writer(file, opened, metrics, clock, limits);
      StateStore store = new StateStore(lock, file, opened.saved(), writer, limits, warnings);
      writer.start();
      store.check.start();
      return store;
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /// What an operator should know of the file, one message each: that it was damaged and where it
  /// was set aside. Grows when damage is found later.
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  @Override
  public Saved load() {
    return saved;
  }

  @Override
  public CompletableFuture<Void> save(List<Change> changes) {
    return writer.save(changes);
  }

  /// @throws StoreException when the file cannot be read
  @Override
  public List<HistoryEvent> history(@Nullable String service, long beforeId, int limit) {
    return reader.history(service, beforeId, limit);
  }

  /// Writes what is waiting and closes; gives up on a disk that hangs after a second and a half.
  @Override
  public void close() {
    check.close();
    reader.close();
    writer.close();
    lock.close();
  }
}
