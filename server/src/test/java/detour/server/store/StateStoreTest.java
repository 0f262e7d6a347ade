package detour.server.store;

import static detour.server.store.Samples.NOON;
import static detour.server.store.Samples.event;
import static detour.server.store.Samples.opinion;
import static detour.server.store.Samples.override;
import static detour.server.store.Samples.save;
import static detour.server.store.Samples.selection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.metrics.Metrics;
import detour.server.publish.Journal.Change;
import detour.server.publish.Journal.Epochs;
import detour.server.publish.Journal.HistoryEvent;
import detour.server.publish.Journal.Saved;
import detour.server.publish.Journal.SavedEpoch;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Journal.SavedSelection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateStoreTest {
  private static final OverridePath POOL = new OverridePath("www.example.com", "ams", null);
  private static final OverridePath ENDPOINT = new OverridePath("www.example.com", "ams", "a/b");

  @TempDir Path directory;

  @Test
  void shouldBeginEmpty() {
    try (StateStore store = open()) {
      assertThat(store.load()).isEqualTo(Saved.NOTHING);
      assertThat(store.history(null, Long.MAX_VALUE, 10)).isEmpty();
      assertThat(store.warnings()).isEmpty();
    }
  }

  @Test
  void shouldGiveBackAllThatWasSaved() {
    SavedSelection none = new SavedSelection("www.example.com", "ipv6", null, NOON.plusNanos(1));
    SavedSelection some = new SavedSelection("www.example.com", "ipv4", "ams", Instant.EPOCH);
    SavedOpinion opinion =
        new SavedOpinion("http @ 192.0.2.10", Health.DOWN, Instant.ofEpochSecond(-5, 123_456_789));
    OperatorOverride forever =
        new OperatorOverride(
            OperatorOverride.State.DRAIN, "Wartung: µ ≠ '\";\u0000\n", "ann", NOON, null);
    OperatorOverride expiring =
        new OperatorOverride(
            OperatorOverride.State.UP, "", "bob", NOON, NOON.plus(Duration.ofDays(400)));
    try (StateStore store = open()) {
      save(
          store,
          new Change.Selection(none),
          new Change.Selection(some),
          new Change.Opinion(opinion),
          new Change.OverrideSet(POOL, forever),
          new Change.OverrideSet(ENDPOINT, expiring),
          new Change.OperatorChanged(POOL, NOON.minusSeconds(5)),
          new Change.OperatorChanged(POOL, NOON),
          new Change.Epoch(SavedEpoch.OWN, 7),
          new Change.Epoch(SavedEpoch.AGREED, Long.MAX_VALUE),
          new Change.Epoch(SavedEpoch.OWN, 8));
    }
    try (StateStore store = open()) {
      assertThat(store.load())
          .isEqualTo(
              new Saved(
                  Map.of("www.example.com/ipv6", none, "www.example.com/ipv4", some),
                  Map.of("http @ 192.0.2.10", opinion),
                  Map.of(POOL, forever, ENDPOINT, expiring),
                  Map.of(POOL, NOON),
                  0,
                  new Epochs(8, Long.MAX_VALUE)));
    }
  }

  @Test
  void shouldGiveBackTheLayersOfAnOverride() {
    OperatorOverride layered =
        new OperatorOverride(
            OperatorOverride.State.DRAIN,
            "switches",
            "ann",
            NOON,
            NOON.plusSeconds(60),
            NOON.plusSeconds(120),
            OperatorOverride.Purpose.MAINTENANCE,
            new OperatorOverride.Vetting(
                NOON.plusSeconds(90), "bob", List.of("one-site", "slowly")),
            new OperatorOverride(OperatorOverride.State.UP, "a check", "cleo", NOON, null));
    try (StateStore store = open()) {
      save(store, new Change.OverrideSet(POOL, layered.over(layered)));
      save(store, new Change.OverrideSet(POOL, layered));
    }
    try (StateStore store = open()) {
      assertThat(store.load().overrides()).isEqualTo(Map.of(POOL, layered));
      save(store, new Change.OverrideCleared(POOL));
    }
    try (StateStore store = open()) {
      assertThat(store.load().overrides()).isEmpty();
    }
  }

  @Test
  void shouldTakeOverWhatWaitedAndWhenItWasSaidFromTheVersionBefore() throws SQLException {
    OperatorOverride asked =
        new OperatorOverride(OperatorOverride.State.DRAIN, "update", "ann", NOON, null);
    try (StateStore store = open()) {
      save(store, new Change.OverrideSet(POOL, asked));
    }
    sql(
        "ALTER TABLE operator_override ADD COLUMN awaited INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE operator_override DROP COLUMN lapses_nanos",
        "DROP TABLE operator_change",
        "PRAGMA user_version = 5");
    try (StateStore store = open()) {
      Saved saved = store.load();
      assertThat(saved.overrides())
          .isEqualTo(
              Map.of(
                  POOL,
                  asked.vetted(
                      new OperatorOverride.Vetting(NOON.plusSeconds(3_600), null, List.of()))));
      assertThat(saved.operatorChanges()).isEqualTo(Map.of(POOL, NOON));
    }
  }

  private void sql(String... statements) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("state.db"));
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Test
  void shouldKeepTheLatestOfEach() {
    try (StateStore store = open()) {
      save(store, selection("a", "one"), selection("a", "two"), opinion("t", Health.UP));
      save(store, selection("a", "three"), opinion("t", Health.DOWN));
      save(store, override(POOL, "first"), override(ENDPOINT, "other"));
      save(store, override(POOL, "second"), new Change.OverrideCleared(ENDPOINT));
    }
    try (StateStore store = open()) {
      Saved saved = store.load();
      assertThat(saved.selections().values())
          .extracting(SavedSelection::pool)
          .containsExactly("three");
      assertThat(saved.opinions().values())
          .extracting(SavedOpinion::health)
          .containsExactly(Health.DOWN);
      assertThat(saved.overrides()).containsOnlyKeys(POOL);
      assertThat(saved.overrides().values())
          .extracting(OperatorOverride::reason)
          .containsExactly("second");
    }
  }

  @Test
  void shouldClearWhatWasSetInTheSameSave() {
    try (StateStore store = open()) {
      save(store, override(POOL, "a"), new Change.OverrideCleared(POOL));
    }
    try (StateStore store = open()) {
      assertThat(store.load().overrides()).isEmpty();
    }
  }

  @Test
  void shouldPageThroughHistoryNewestFirst() {
    try (StateStore store = open()) {
      for (int i = 1; i <= 10; i++) {
        save(store, event(i % 2 == 0 ? "even" : "odd", "e" + i), event(null, "server" + i));
      }
      List<HistoryEvent> newest = store.history(null, Long.MAX_VALUE, 3);
      assertThat(newest).extracting(HistoryEvent::to).containsExactly("server10", "e10", "server9");
      assertThat(store.history(null, newest.getLast().id(), 2))
          .extracting(HistoryEvent::to)
          .containsExactly("e9", "server8");
      assertThat(allPages(store, "even"))
          .extracting(HistoryEvent::to)
          .containsExactly("e10", "e8", "e6", "e4", "e2");
      assertThat(allPages(store, "nowhere")).isEmpty();
      assertThat(allPages(store, null)).hasSize(20);
    }
  }

  @Test
  void shouldGiveEventsBackAsTheyWereWithGrowingIds() {
    HistoryEvent event =
        new HistoryEvent(
            0, NOON, "www.example.com", "override", "www/ams/web1", "", "DRAIN", "why", "ann");
    try (StateStore store = open()) {
      save(store, new Change.Event(event));
    }
    try (StateStore store = open()) {
      save(store, new Change.Event(event));
      List<HistoryEvent> events = store.history("www.example.com", Long.MAX_VALUE, 10);
      assertThat(events)
          .usingRecursiveFieldByFieldElementComparatorIgnoringFields("id")
          .containsExactly(event, event);
      assertThat(events.getFirst().id()).isGreaterThan(events.getLast().id());
      assertThat(events.getLast().id()).isPositive();
    }
  }

  @Test
  void shouldForgetTheOldestEventsBeyondTheLimit() {
    try (StateStore store = open(Samples.limits().events(1000).build())) {
      for (int i = 0; i < 20; i++) {
        saveEvents(store, 500);
      }
      assertThat(store.history(null, Long.MAX_VALUE, 100_000)).hasSizeBetween(1000, 1500);
    }
  }

  @Test
  void shouldForgetEventsThatAreTooOld() {
    try (StateStore store = open()) {
      saveEvents(store, 300);
    }
    InstantSource later = InstantSource.fixed(NOON.plus(Duration.ofDays(91)));
    try (StateStore store =
        StateStore.open(directory, new Metrics(), later, Samples.limits().build())) {
      save(store, new Change.Event(Samples.eventAt(later.instant(), "fresh")));
      assertThat(store.history(null, Long.MAX_VALUE, 1000))
          .extracting(HistoryEvent::to)
          .containsExactly("fresh");
    }
  }

  @Test
  void shouldWriteWhatWaitsWhenItIsClosed() {
    List<CompletableFuture<Void>> saves = new ArrayList<>();
    StateStore store = open();
    for (int i = 0; i < 500; i++) {
      saves.add(store.save(List.of(opinion("target" + i, Health.UP))));
    }
    store.close();
    assertThat(saves).allSatisfy(save -> assertThat(save).isCompleted());
    try (StateStore again = open()) {
      assertThat(again.load().opinions()).hasSize(500);
    }
  }

  @Test
  void shouldRefuseWhatComesAfterTheClose() {
    StateStore store = open();
    store.close();
    store.close();
    assertThat(store.save(List.of(opinion("t", Health.UP)))).isCompletedExceptionally();
    assertThatThrownBy(() -> store.history(null, 1, 1)).hasMessageContaining("closed");
  }

  @Test
  void shouldCompleteASaveOfNothing() {
    try (StateStore store = open()) {
      save(store);
    }
  }

  @Test
  void shouldBeReadableByItsOwnerOnly() throws Exception {
    Path data = directory.resolve("deep/data");
    try (StateStore store = StateStore.open(data, new Metrics(), InstantSource.system())) {
      save(store, opinion("t", Health.UP));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
          .isEqualTo("rwx------");
      try (var files = Files.list(data)) {
        assertThat(files.toList())
            .extracting(file -> file.getFileName().toString())
            .contains("lock", "state.db", "state.db-wal");
      }
      try (var files = Files.list(data)) {
        assertThat(files)
            .allSatisfy(file ->
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------"));
      }
    }
  }

  @Test
  void shouldLeaveOneFileAfterACleanEnd() throws Exception {
    try (StateStore store = open()) {
      save(store, opinion("t", Health.UP));
    }
    try (var files = Files.list(directory)) {
      assertThat(files)
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder("lock", "state.db");
    }
  }

  private StateStore open() {
    return open(Samples.limits().build());
  }

  private StateStore open(Limits limits) {
    return StateStore.open(directory, new Metrics(), InstantSource.fixed(NOON), limits);
  }

  private static void saveEvents(StateStore store, int count) {
    Change[] events = new Change[count];
    for (int i = 0; i < count; i++) {
      events[i] = event("s", "e" + i);
    }
    save(store, events);
  }

  private static List<HistoryEvent> allPages(StateStore store, @Nullable String service) {
    List<HistoryEvent> all = new ArrayList<>();
    long before = Long.MAX_VALUE;
    while (true) {
      List<HistoryEvent> page = store.history(service, before, 3);
      if (page.isEmpty()) {
        return all;
      }
      all.addAll(page);
      before = page.getLast().id();
    }
  }
}
