package detour.server.store;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Journal.Change;
import java.io.IOException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The thread `store`: takes all that waits into one transaction, again and again.
///
/// It alone writes. The lock guards what waits and is never held while the disk is used, so callers
/// never wait for the disk.
final class Writer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
  private static final long CLOSE_MILLIS = 1500;

  private final StateFile file;
  private final Metrics metrics;
  private final InstantSource clock;
  private final Limits limits;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  // These three are guarded by the lock.
  private Pending pending = new Pending();
  private @Nullable String damage;
  private boolean closing;

  /// Grows when another file takes the place of the one that readers may have open.
  private final AtomicInteger generation = new AtomicInteger();

  // These three are the thread's own.
  private @Nullable Session session;
  private final Mirror mirror;
  private boolean failing;

  Writer(
      StateFile file,
      StateFile.Opened opened,
      Metrics metrics,
      InstantSource clock,
      Limits limits) {
    this.file = file;
    this.metrics = metrics;
    this.clock = clock;
    this.limits = limits;
    this.mirror = new Mirror(opened.saved());
    this.session = new Session(file, opened, clock, limits);
    this.thread = Thread.ofPlatform().name("store").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Returns at once; the future completes on the thread `store`.
  CompletableFuture<Void> save(List<Change> changes) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    String refusal;
    lock.lock();
    try {
      if (closing) {
        refusal = "the store is closed";
      } else if (pending.size() + changes.size() > limits.waitingChanges()) {
        pending.addDecisions(changes);
        refusal = pending.size() + " changes already wait for the disk";
      } else {
        pending.add(changes, done);
        arrived.signal();
        return done;
      }
    } finally {
      lock.unlock();
    }
    metrics.add(Counter.STORE_FAILURES, changes.size());
    done.completeExceptionally(new StoreException("not saved: " + refusal));
    return done;
  }

  int generation() {
    return generation.get();
  }

  /// Says that the content of the file is broken: it is set aside and written anew.
  ///
  /// @param seenIn the generation of the file that was read
  void damaged(int seenIn, String reason) {
    lock.lock();
    try {
      if (seenIn == generation.get()) {
        damage = reason;
        arrived.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      arrived.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("{} is left as it is: the disk does not answer", file.path());
      takeWork().pending.fail(new StoreException("not saved: the disk does not answer"));
    }
  }

  /// @param last nothing comes after it
  private record Work(Pending pending, @Nullable String damage, boolean last) {}

  private void run() {
    Work work;
    do {
      work = awaitWork();
      attempt(work);
    } while (!work.last);
    closeSession();
  }

  private Work awaitWork() {
    lock.lock();
    try {
      while (pending.isEmpty() && damage == null && !closing) {
        arrived.awaitUninterruptibly();
      }
      if (failing) {
        awaitRetry();
      }
      return takeWork();
    } finally {
      lock.unlock();
    }
  }

  /// Blocks for the retry interval, or until there is something that someone waits for.
  private void awaitRetry() {
    long nanos = limits.retryInterval().toNanos();
    try {
      while (nanos > 0 && !pending.isAwaited() && !closing) {
        nanos = arrived.awaitNanos(nanos);
      }
    } catch (InterruptedException _) {
      // Nobody interrupts this thread; trying early does no harm.
    }
  }

  private Work takeWork() {
    lock.lock();
    try {
      Work work = new Work(pending, damage, closing);
      pending = new Pending();
      damage = null;
      return work;
    } finally {
      lock.unlock();
    }
  }

  private void attempt(Work work) {
    try {
      if (work.damage != null) {
        setAside(work.damage);
      }
      try {
        write(work.pending.changes());
      } catch (SQLException e) {
        if (!StateFile.isDamage(e)) {
          throw e;
        }
        setAside("it is damaged (" + e.getMessage() + ")");
        write(work.pending.changes());
      }
      recovered();
      work.pending.complete();
    } catch (SQLException | IOException | RuntimeException e) {
      failed(work.pending, e);
    }
  }

  private void write(List<Change> changes) throws SQLException {
    Session open = openSession();
    if (!changes.isEmpty()) {
      open.write(changes);
      mirror.wrote(changes);
    }
  }

  private Session openSession() throws SQLException {
    Session open = session;
    if (open != null && !open.isReplaced()) {
      return open;
    }
    closeSession();
    StateFile.Opened opened = file.open();
    open = new Session(file, opened, clock, limits);
    session = open;
    generation.incrementAndGet();
    if (opened.fresh()) {
      open.write(mirror.changes());
    }
    return open;
  }

  private void setAside(String reason) throws IOException {
    closeSession();
    file.setAside(
        reason,
        "selections, opinions and overrides were written into it from memory, the history"
            + " of the damaged file is not in it");
  }

  private void closeSession() {
    try {
      if (session != null) {
        session.close();
      }
    } catch (SQLException _) {
      // What was acknowledged is on disk already.
    } finally {
      session = null;
    }
  }

  private void failed(Pending lost, Exception cause) {
    closeSession();
    String reason = String.valueOf(cause.getMessage());
    metrics.add(Counter.STORE_FAILURES, lost.size());
    if (isOurMistake(cause)) {
      LOG.error("{} does not take what it was given: {}", file.path(), reason, cause);
    } else {
      if (!failing) {
        LOG.warn(
            "{} cannot be written: {}; answers go on, decisions will be saved once it works,"
                + " operators' changes are refused until then",
            file.path(),
            reason);
      }
      failing = true;
      keep(lost);
    }
    lost.fail(new StoreException("not saved: " + reason, cause));
  }

  private void keep(Pending lost) {
    lock.lock();
    try {
      pending.keep(lost, limits.lateEvents());
    } finally {
      lock.unlock();
    }
  }

  private void recovered() {
    if (failing) {
      failing = false;
      LOG.info("{} is written again", file.path());
    }
  }

  /// Whether the same changes would fail forever.
  private static boolean isOurMistake(Exception cause) {
    return switch (cause) {
      case SQLiteException e -> StateFile.primary(e) == SQLiteErrorCode.SQLITE_CONSTRAINT;
      case StoreException _ -> false;
      default -> cause instanceof RuntimeException;
    };
  }
}
