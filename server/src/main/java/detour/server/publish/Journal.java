package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What survives a restart.
public interface Journal extends AutoCloseable {
  /// All that was saved, read once before the first answer.
  Saved load();

  /// Writes the changes in one transaction. The future completes once they are on disk (fsync), or
  /// exceptionally when the disk failed; the caller's thread never waits.
  CompletableFuture<Void> save(List<Change> changes);

  /// Events, newest first.
  ///
  /// @param service null for all
  /// @param beforeId only events with a smaller id; Long.MAX_VALUE for the newest
  List<HistoryEvent> history(@Nullable String service, long beforeId, int limit);

  /// Writes what is waiting and closes.
  @Override
  void close();

  /// @param selections by [SavedSelection#key()]
  /// @param opinions by the text of the target, [TargetKey#of]; in a cluster those of all vantages
  ///   together too, by the text of the endpoint
  /// @param operatorChanges when an operator last changed what is said of a pool or an endpoint,
  ///   whether or not anything is said of it now
  /// @param lastEventId the greatest id of any event saved; 0 for none
  record Saved(
      Map<String, SavedSelection> selections,
      Map<String, SavedOpinion> opinions,
      Map<OverridePath, OperatorOverride> overrides,
      Map<OverridePath, Instant> operatorChanges,
      long lastEventId,
      Epochs epochs) {
    public static final Saved NOTHING =
        new Saved(Map.of(), Map.of(), Map.of(), Map.of(), 0, Epochs.NOTHING);
  }

  /// The epochs of selections that were saved; 0 for none.
  ///
  /// @param own that this node did not pass on its own
  /// @param agreed that of its cluster which it reached last
  record Epochs(long own, long agreed) {
    public static final Epochs NOTHING = new Epochs(0, 0);

    /// The same with another value of one of them.
    public Epochs with(SavedEpoch which, long value) {
      return switch (which) {
        case OWN -> new Epochs(value, agreed);
        case AGREED -> new Epochs(own, value);
      };
    }
  }

  /// Which epoch is saved: a node keeps what it counted on its own while it is in a cluster.
  enum SavedEpoch {
    OWN,
    AGREED
  }

  /// The latch of one service, or of one family of it.
  ///
  /// @param family `joint`, `ipv4` or `ipv6`
  /// @param pool the pool that serves; null when none was available
  /// @param held whether its failover budget holds it until an operator approves
  /// @param epoch that of the latch that the nodes of a cluster agreed on when this was decided; 0
  ///   for none
  record SavedSelection(
      String service,
      String family,
      @Nullable String pool,
      Instant since,
      boolean held,
      long epoch) {
    /// One that is not held, and that nobody agreed on.
    public SavedSelection(String service, String family, @Nullable String pool, Instant since) {
      this(service, family, pool, since, false, 0);
    }

    public String key() {
      return Latch.key(service, family);
    }
  }

  record SavedOpinion(String target, Health health, Instant since) {}

  /// One thing to write.
  sealed interface Change {
    record Selection(SavedSelection selection) implements Change {}

    record Opinion(SavedOpinion opinion) implements Change {}

    record OverrideSet(OverridePath path, OperatorOverride override) implements Change {}

    record OverrideCleared(OverridePath path) implements Change {}

    record OperatorChanged(OverridePath path, Instant at) implements Change {}

    record Event(HistoryEvent event) implements Change {}

    record Epoch(SavedEpoch which, long value) implements Change {}
  }

  /// Something that happened, for people.
  ///
  /// @param id grows with each event, across restarts; 0 lets the journal choose
  /// @param service null for what is about the whole server
  /// @param kind `selection`, `endpoint`, `override`, `failback`, `budget`, `reload`, `guard`,
  ///   `start`, `stop`
  /// @param subject what it happened to, as `www.example.com/ams/web1`
  /// @param from the old state; empty where there is none
  /// @param to the new state
  /// @param reason why
  /// @param author who: `detour` for the server's own decisions, else an operator
  record HistoryEvent(
      long id,
      Instant at,
      @Nullable String service,
      String kind,
      String subject,
      String from,
      String to,
      String reason,
      String author) {}
}
