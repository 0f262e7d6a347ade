package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A journal whose disk is memory: it can fail, and it can be slow.
final class MemoryJournal implements Journal {
  private final Map<String, SavedSelection> selections = new HashMap<>();
  private final Map<String, SavedOpinion> opinions = new HashMap<>();
  private final Map<OverridePath, OperatorOverride> overrides = new HashMap<>();
  private final Map<OverridePath, Instant> operatorChanges = new HashMap<>();
  private final List<HistoryEvent> events = new ArrayList<>();
  private final List<CompletableFuture<Void>> held = new ArrayList<>();
  private Epochs epochs = Epochs.NOTHING;
  private boolean slow;
  private @Nullable String failure;

  @Override
  public synchronized Saved load() {
    return new Saved(
        Map.copyOf(selections),
        Map.copyOf(opinions),
        Map.copyOf(overrides),
        Map.copyOf(operatorChanges),
        events.stream().mapToLong(HistoryEvent::id).max().orElse(0),
        epochs);
  }

  @Override
  public synchronized CompletableFuture<Void> save(List<Change> changes) {
    if (failure != null) {
      return CompletableFuture.failedFuture(new IOException(failure));
    }
    for (Change change : changes) {
      switch (change) {
        case Change.Selection(var selection) -> selections.put(selection.key(), selection);
        case Change.Opinion(var opinion) -> opinions.put(opinion.target(), opinion);
        case Change.OverrideSet(var path, var override) -> overrides.put(path, override);
        case Change.OverrideCleared(var path) -> overrides.remove(path);
        case Change.OperatorChanged(var path, var at) -> operatorChanges.put(path, at);
        case Change.Event(var event) -> events.add(event);
        case Change.Epoch(var which, long value) -> epochs = epochs.with(which, value);
      }
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (slow) {
      held.add(done);
    } else {
      done.complete(null);
    }
    return done;
  }

  @Override
  public synchronized List<HistoryEvent> history(
      @Nullable String service, long beforeId, int limit) {
    return events.reversed().stream()
        .filter(event -> event.id() < beforeId)
        .filter(event -> service == null || service.equals(event.service()))
        .limit(limit)
        .toList();
  }

  /// Events of what tests are about, oldest first.
  synchronized List<HistoryEvent> events() {
    return events.stream().filter(event -> !event.author().equals(PublishWorld.MARKER)).toList();
  }

  synchronized void failWith(@Nullable String reason) {
    failure = reason;
  }

  /// From here on nothing reaches the disk until [#release].
  synchronized void hold() {
    slow = true;
  }

  synchronized int heldSaves() {
    return held.size();
  }

  void release() {
    List<CompletableFuture<Void>> released;
    synchronized (this) {
      slow = false;
      released = List.copyOf(held);
      held.clear();
    }
    released.forEach(done -> done.complete(null));
  }

  @Override
  public void close() {}
}
