package detour.server.store;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Journal.Change;
import detour.server.publish.Journal.HistoryEvent;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Journal.SavedSelection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Changes and limits for tests.
final class Samples {
  static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private Samples() {}

  static Change selection(String service, String pool) {
    return new Change.Selection(new SavedSelection(service, "joint", pool, NOON));
  }

  static Change opinion(String target, Health health) {
    return new Change.Opinion(new SavedOpinion(target, health, NOON));
  }

  static Change override(OverridePath path, String reason) {
    return new Change.OverrideSet(
        path, new OperatorOverride(OperatorOverride.State.DOWN, reason, "ann", NOON, null));
  }

  static Change event(@Nullable String service, String to) {
    return new Change.Event(
        new HistoryEvent(0, NOON, service, "endpoint", "subject", "UP", to, "reason", "detour"));
  }

  static HistoryEvent eventAt(Instant at, String to) {
    return new HistoryEvent(0, at, "s", "endpoint", "subject", "UP", to, "reason", "detour");
  }

  /// Saves and waits until it is on disk.
  static void save(StateStore store, Change... changes) {
    store.save(List.of(changes)).orTimeout(20, TimeUnit.SECONDS).join();
  }

  static LimitsBuilder limits() {
    return new LimitsBuilder();
  }

  /// The default limits with some changed, and quick to try again.
  static final class LimitsBuilder {
    private int events = 100_000;
    private int waitingChanges = 100_000;
    private int filePages = 262_144;
    private Duration checkDelay = Duration.ofHours(1);

    LimitsBuilder events(int value) {
      events = value;
      return this;
    }

    LimitsBuilder waitingChanges(int value) {
      waitingChanges = value;
      return this;
    }

    LimitsBuilder filePages(int value) {
      filePages = value;
      return this;
    }

    LimitsBuilder checkDelay(Duration value) {
      checkDelay = value;
      return this;
    }

    Limits build() {
      return new Limits(
          events,
          Duration.ofDays(90),
          waitingChanges,
          1000,
          Duration.ofMillis(50),
          Duration.ofMillis(20),
          checkDelay,
          filePages);
    }
  }
}
