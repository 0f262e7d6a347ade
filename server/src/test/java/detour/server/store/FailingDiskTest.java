package detour.server.store;

import static detour.server.store.Samples.NOON;
import static detour.server.store.Samples.event;
import static detour.server.store.Samples.opinion;
import static detour.server.store.Samples.override;
import static detour.server.store.Samples.save;
import static detour.server.store.Samples.selection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import detour.failover.model.Health;
import detour.failover.model.OverridePath;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Journal.Change;
import detour.server.publish.Journal.HistoryEvent;
import detour.server.publish.Journal.SavedSelection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailingDiskTest {
  private static final OverridePath POOL = new OverridePath("www.example.com", "ams", null);

  @TempDir Path directory;
  private final Metrics metrics = new Metrics();

  @Test
  void shouldFailTheFutureAndCountWhenTheFileCannotBeWritten() throws Exception {
    try (StateStore store = open(Samples.limits());
        Locked _ = new Locked()) {
      CompletableFuture<Void> done = store.save(List.of(override(POOL, "r"), event("s", "DOWN")));
      assertThatThrownBy(done::join)
          .hasCauseInstanceOf(StoreException.class)
          .hasMessageContaining("not saved");
      assertThat(metrics.value(Counter.STORE_FAILURES)).isEqualTo(2);
    }
  }

  @Test
  void shouldWriteDecisionsLateAndRefusedOverridesNever() throws Exception {
    try (StateStore store = open(Samples.limits())) {
      save(store, selection("a", "one"), selection("b", "one"));
      try (Locked _ = new Locked()) {
        List<CompletableFuture<Void>> saves =
            List.of(
                store.save(List.of(selection("a", "two"), event("a", "two"))),
                store.save(List.of(override(POOL, "refused"), event("a", "refused"))),
                store.save(List.of(selection("a", "three"), event("a", "three"))));
        for (CompletableFuture<Void> save : saves) {
          assertThatThrownBy(save::join).hasCauseInstanceOf(StoreException.class);
        }
      }
      await()
          .untilAsserted(() ->
              assertThat(store.history(null, Long.MAX_VALUE, 10))
                  .extracting(HistoryEvent::to)
                  .containsExactly("three", "two"));
      save(store, override(POOL, "accepted"));
    }
    try (StateStore store = open(Samples.limits())) {
      assertThat(store.load().selections().values())
          .extracting(selection -> selection.service() + " " + selection.pool())
          .containsExactlyInAnyOrder("a three", "b one");
      assertThat(store.load().overrides().values())
          .extracting(override -> override.reason())
          .containsExactly("accepted");
    }
  }

  @Test
  void shouldNotLetAnOldDecisionOverwriteANewerOneWhenItRecovers() throws Exception {
    try (StateStore store = open(Samples.limits())) {
      try (Locked _ = new Locked()) {
        CompletableFuture<Void> first = store.save(List.of(selection("a", "old")));
        assertThatThrownBy(first::join).hasCauseInstanceOf(StoreException.class);
        for (int i = 0; i < 20; i++) {
          var _ = store.save(List.of(selection("a", "newer" + i)));
        }
      }
      save(store, selection("a", "newest"));
    }
    try (StateStore store = open(Samples.limits())) {
      assertThat(store.load().selections().values())
          .extracting(selection -> selection.pool())
          .containsExactly("newest");
    }
  }

  @Test
  void shouldRefuseAtOnceWhenTooMuchWaitsButKeepDecisions() throws Exception {
    try (StateStore store = open(Samples.limits().waitingChanges(100))) {
      try (Locked _ = new Locked()) {
        List<CompletableFuture<Void>> saves = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
          saves.add(store.save(List.of(opinion("target" + i, Health.DOWN))));
        }
        assertThat(saves).anyMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(metrics.value(Counter.STORE_FAILURES)).isPositive();
      }
      await()
          .untilAsserted(() -> {
            save(store);
            assertThat(countOfOpinions()).isEqualTo(1000);
          });
    }
  }

  @Test
  void shouldFailAndGoOnWhenTheDiskIsFull() {
    try (StateStore store = open(Samples.limits().filePages(60))) {
      save(store, override(POOL, "before"));
      CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
      for (int i = 0; i < 10_000 && !last.isCompletedExceptionally(); i++) {
        last = store.save(List.of(event("s", "x".repeat(500))));
        last.handle((_, _) -> null).join();
      }
      assertThatThrownBy(last::join).hasMessageContaining("full");
      assertThat(store.history(null, Long.MAX_VALUE, 5)).hasSize(5);
      assertThat(metrics.value(Counter.STORE_FAILURES)).isPositive();
    }
    try (StateStore store = open(Samples.limits())) {
      assertThat(store.load().overrides()).containsKey(POOL);
      save(store, event("s", "there is room again"));
    }
  }

  @Test
  void shouldOutliveAChangeThatCannotBeStored() {
    try (StateStore store = open(Samples.limits())) {
      Change impossible = new Change.Selection(new SavedSelection("a", "ipv5", "one", NOON));
      assertThatThrownBy(() -> save(store, impossible))
          .rootCause()
          .hasMessageContaining("CHECK constraint");
      save(store, selection("a", "one"));
    }
  }

  @Test
  void shouldCloseInTimeWhileTheDiskFails() throws Exception {
    StateStore store = open(Samples.limits());
    CompletableFuture<Void> done;
    try (Locked _ = new Locked()) {
      done = store.save(List.of(override(POOL, "r")));
      store.close();
    }
    assertThat(done).isCompletedExceptionally();
    open(Samples.limits()).close();
  }

  private StateStore open(Samples.LimitsBuilder limits) {
    return StateStore.open(directory, metrics, InstantSource.fixed(NOON), limits.build());
  }

  private int countOfOpinions() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        var row = statement.executeQuery("SELECT count(*) FROM opinion")) {
      return row.getInt(1);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("state.db"));
  }

  /// The file is locked against writing by someone else until this is closed.
  private final class Locked implements AutoCloseable {
    private final Connection connection = connect();

    Locked() throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
      }
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }
}
