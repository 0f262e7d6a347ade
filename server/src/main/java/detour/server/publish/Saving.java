package detour.server.publish;

import detour.failover.model.OverridePath;
import detour.server.publish.Journal.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Brings what the chronicle noted to the disk and to those who listen, and tells operators that
/// what they were promised is on the disk. Publish thread only, but for [#listen] and [#unsaved].
final class Saving {
  private final Time time;
  private final Journal journal;
  private final Chronicle chronicle;
  private final Overrides overrides;
  private final Consumer<List<Change>> notSaved;
  private final Consumer<Throwable> failed;
  private final List<StateListener> listeners = new CopyOnWriteArrayList<>();
  private final UnsavedOverrides unsaved = new UnsavedOverrides();

  /// Of commands that were carried out and are told so once they are on disk.
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

  /// @param notSaved given, on any thread, changes with overrides among them that the disk did not
  ///   take; to be handed to [#keep]
  /// @param failed told of what a listener failed with
  Saving(
      Time time,
      Journal journal,
      Chronicle chronicle,
      Overrides overrides,
      Consumer<List<Change>> notSaved,
      Consumer<Throwable> failed) {
    this.time = time;
    this.journal = journal;
    this.chronicle = chronicle;
    this.overrides = overrides;
    this.notSaved = notSaved;
    this.failed = failed;
  }

  /// Tells of each event from now on.
  void listen(StateListener listener) {
    listeners.add(listener);
  }

  /// The overrides that are in force and not on disk.
  Set<OverridePath> unsaved() {
    return unsaved.paths();
  }

  /// Completes the future once what is noted by now is on disk.
  void promise(CompletableFuture<Void> done) {
    waiting.add(done);
  }

  /// Whether anybody waits for what is noted to be on disk.
  boolean promised() {
    return !waiting.isEmpty();
  }

  /// Takes back what the disk did not take, to try again.
  void keep(List<Change> changes) {
    unsaved.keep(changes, time.nowNanos());
  }

  /// When [#save] has something to do although nothing is noted; Long.MAX_VALUE for never.
  long nextDueNanos() {
    return unsaved.retryAtNanos();
  }

  /// Saves and tells what was noted since the last call.
  void save() {
    if (unsaved.retryAtNanos() - time.nowNanos() <= 0) {
      saveTheUnsaved();
    }
    saveTheNoted();
  }

  /// Saves everything, be it time to try again or not.
  void end() {
    saveTheUnsaved();
    saveTheNoted();
  }

  private void saveTheUnsaved() {
    var _ = save(unsaved.take(overrides));
  }

  private void saveTheNoted() {
    List<CompletableFuture<Void>> told = List.copyOf(waiting);
    waiting.clear();
    var _ =
        save(chronicle.takeChanges()).whenComplete((saved, failure) -> acknowledge(told, failure));
    for (Journal.HistoryEvent event : chronicle.takeEvents()) {
      listeners.forEach(listener -> tell(listener, event));
    }
  }

  private void tell(StateListener listener, Journal.HistoryEvent event) {
    try {
      listener.happened(event);
    } catch (RuntimeException e) {
      failed.accept(e);
    }
  }

  private CompletableFuture<Void> save(List<Change> changes) {
    if (changes.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> saved;
    try {
      saved = journal.save(changes);
    } catch (RuntimeException e) {
      saved = CompletableFuture.failedFuture(e);
    }
    return saved.whenComplete((done, failure) -> {
      if (failure != null && UnsavedOverrides.isPromise(changes)) {
        notSaved.accept(changes);
      }
    });
  }

  private static void acknowledge(List<CompletableFuture<Void>> told, @Nullable Throwable failure) {
    for (CompletableFuture<Void> done : told) {
      if (failure == null) {
        done.complete(null);
      } else {
        done.completeExceptionally(
            new CommandRefused(
                "it is in force now, but could not be written to disk, so a restart would lose it;"
                    + " the server goes on trying, and `detour status` shows an alarm until it"
                    + " succeeds: "
                    + reason(failure)));
      }
    }
  }

  /// What a future failed with, in words.
  static @Nullable String reason(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return (cause == null ? failure : cause).getMessage();
  }
}
