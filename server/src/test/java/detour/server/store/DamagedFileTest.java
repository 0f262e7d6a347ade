package detour.server.store;

import static detour.server.store.Samples.NOON;
import static detour.server.store.Samples.event;
import static detour.server.store.Samples.opinion;
import static detour.server.store.Samples.override;
import static detour.server.store.Samples.save;
import static detour.server.store.Samples.selection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.Health;
import detour.failover.model.OverridePath;
import detour.server.metrics.Metrics;
import detour.server.publish.Journal.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DamagedFileTest {
  private static final OverridePath POOL = new OverridePath("www.example.com", "ams", null);
  private static final int PAGE_BYTES = 4096;

  @TempDir Path directory;

  /// What becomes of a good file.
  enum Damage {
    TEXT {
      @Override
      void to(Path file) throws IOException {
        Files.writeString(file, "these are the notes of the operator, and not to be lost\n");
      }
    },
    RANDOM_BYTES {
      @Override
      void to(Path file) throws IOException {
        byte[] bytes = new byte[50_000];
        new SplittableRandom(1).nextBytes(bytes);
        Files.write(file, bytes);
      }
    },
    ONLY_THE_BEGINNING_OF_THE_HEADER {
      @Override
      void to(Path file) throws IOException {
        truncate(file, 50);
      }
    },
    TRUNCATED_TO_ONE_PAGE {
      @Override
      void to(Path file) throws IOException {
        truncate(file, PAGE_BYTES);
      }
    },
    TABLES_OVERWRITTEN {
      @Override
      void to(Path file) throws IOException {
        overwrite(file, PAGE_BYTES, 8 * PAGE_BYTES);
      }
    },
    SCHEMA_OVERWRITTEN {
      @Override
      void to(Path file) throws IOException {
        overwrite(file, 100, PAGE_BYTES - 100);
      }
    },
    FILE_OF_ANOTHER_PROGRAM {
      @Override
      void to(Path file) throws Exception {
        Files.delete(file);
        sql(file, "CREATE TABLE theirs (a)", "INSERT INTO theirs VALUES (1)");
      }
    },
    TABLE_MISSING {
      @Override
      void to(Path file) throws Exception {
        sql(file, "DROP TABLE selection");
      }
    },
    VALUE_THAT_IS_NEVER_WRITTEN {
      @Override
      void to(Path file) throws Exception {
        sql(file, "PRAGMA ignore_check_constraints = ON", "UPDATE opinion SET health = 'SICK'");
      }
    };

    abstract void to(Path file) throws Exception;
  }

  @ParameterizedTest
  @EnumSource
  void shouldSetAsideWhatItCannotUseAndBeginAfresh(Damage damage) throws Exception {
    Path file = fileWithHistory(1000);
    damage.to(file);
    byte[] damaged = Files.readAllBytes(file);

    try (StateStore store = open()) {
      assertThat(store.load().selections()).isEmpty();
      assertThat(store.warnings())
          .singleElement()
          .asString()
          .contains(file.toString(), "state.db.refused-20260601T120000.000Z");
      save(store, selection("www.example.com", "fresh"));
    }
    assertThat(directory.resolve("state.db.refused-20260601T120000.000Z"))
        .hasBinaryContent(damaged);
    try (StateStore store = open()) {
      assertThat(store.load().selections()).hasSize(1);
      assertThat(store.warnings()).isEmpty();
    }
  }

  @Test
  void shouldTakeAnEmptyFileForANewOne() throws Exception {
    Files.createFile(directory.resolve("state.db"));
    try (StateStore store = open()) {
      save(store, selection("www.example.com", "ams"));
      assertThat(store.warnings()).isEmpty();
    }
  }

  @Test
  void shouldNotLoseAnEarlierFileThatWasSetAsideInTheSameInstant() throws Exception {
    Path file = directory.resolve("state.db");
    for (String text : List.of("first", "second", "third")) {
      Files.writeString(file, text);
      open().close();
    }
    String name = "state.db.refused-20260601T120000.000Z";
    assertThat(directory.resolve(name)).hasContent("first");
    assertThat(directory.resolve(name + "-2")).hasContent("second");
    assertThat(directory.resolve(name + "-3")).hasContent("third");
  }

  @Test
  void shouldSetTheWriteAheadLogAsideWithItsFile() throws Exception {
    Path file = directory.resolve("state.db");
    Files.writeString(file, "no database");
    Files.writeString(directory.resolve("state.db-wal"), "no log");
    open().close();
    assertThat(directory.resolve("state.db.refused-20260601T120000.000Z-wal")).hasContent("no log");
    assertThat(directory.resolve("state.db-wal")).doesNotExist();
  }

  @Test
  void shouldNotTouchAFileOfANewerVersion() throws Exception {
    Path file = fileWithHistory(1);
    sql(file, "PRAGMA user_version = " + (Schema.VERSION + 1));
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("newer version")
        .hasMessageContaining("data_dir");
    assertThat(file).hasBinaryContent(before);
    assertThatThrownBy(this::open).hasMessageContaining("newer version");
  }

  @Test
  void shouldFindDamagedHistoryAfterTheStartAndKeepTheDecisions() throws Exception {
    Path file = fileWithHistory(5000);
    overwrite(file, 40 * PAGE_BYTES, 20 * PAGE_BYTES);
    Limits checked = Samples.limits().checkDelay(Duration.ZERO).build();
    try (StateStore store = open(checked)) {
      assertThat(store.load().selections()).hasSize(1);
      await().untilAsserted(() -> assertThat(store.warnings()).hasSize(1));
      save(store, opinion("later", Health.UP));
      assertThat(store.history(null, Long.MAX_VALUE, 10)).isEmpty();
    }
    try (StateStore store = open()) {
      assertThat(store.load().selections()).containsKey("www.example.com/joint");
      assertThat(store.load().opinions()).containsOnlyKeys("later", "target");
      assertThat(store.load().overrides()).containsKey(POOL);
    }
  }

  @Test
  void shouldRepairWhenReadingMeetsTheDamage() throws Exception {
    Path file = fileWithHistory(5000);
    overwrite(file, 40 * PAGE_BYTES, 20 * PAGE_BYTES);
    try (StateStore store = open()) {
      assertThatThrownBy(() -> store.history(null, Long.MAX_VALUE, 10_000))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(file.toString());
      await().untilAsserted(() -> assertThat(store.warnings()).hasSize(1));
      save(store, event("s", "works again"));
      assertThat(store.history(null, Long.MAX_VALUE, 10_000)).hasSize(1);
    }
  }

  @Test
  void shouldWriteAllAnewWhenTheFileIsRemovedWhileItRuns() throws Exception {
    Path file = fileWithHistory(1);
    try (StateStore store = open()) {
      store.history(null, Long.MAX_VALUE, 1);
      for (String suffix : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(directory.resolve("state.db" + suffix));
      }
      save(store, opinion("later", Health.UP), event("s", "later"));
      assertThat(store.history(null, Long.MAX_VALUE, 10)).hasSize(1);
    }
    assertThat(file).exists();
    try (StateStore store = open()) {
      assertThat(store.load().opinions()).containsOnlyKeys("later", "target");
      assertThat(store.load().overrides()).containsKey(POOL);
    }
  }

  @Test
  void shouldSayWhatToDoWhenTheDirectoryCannotBeMade() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> StateStore.open(file, new Metrics(), InstantSource.system()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("is a file")
        .hasMessageContaining("node.data_dir");
    Path nowhere = Path.of("/proc/data");
    if (Files.isDirectory(Path.of("/proc"))) {
      assertThatThrownBy(() -> StateStore.open(nowhere, new Metrics(), InstantSource.system()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("/proc/data cannot be created there");
    }
    Path below = file.resolve("data");
    assertThatThrownBy(() -> StateStore.open(below, new Metrics(), InstantSource.system()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(below.toString())
        .hasMessageContaining("node.data_dir");
  }

  @Test
  void shouldSayWhatToDoWhenTheDirectoryCannotBeWritten() throws Exception {
    Path readOnly = Path.of("/proc");
    assumeThat(readOnly).isDirectory();
    assertThatThrownBy(() -> StateStore.open(readOnly, new Metrics(), InstantSource.system()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("/proc")
        .hasMessageContaining("node.data_dir");
  }

  /// A good file with one of everything, and many events.
  private Path fileWithHistory(int events) {
    try (StateStore store = open()) {
      save(store, selection("www.example.com", "ams"), opinion("target", Health.DOWN));
      save(store, override(POOL, "reason"));
      Change[] changes = new Change[events];
      for (int i = 0; i < events; i++) {
        changes[i] = event("s", "event number " + i);
      }
      save(store, changes);
    }
    return directory.resolve("state.db");
  }

  private StateStore open() {
    return open(Samples.limits().build());
  }

  private StateStore open(Limits limits) {
    return StateStore.open(directory, new Metrics(), InstantSource.fixed(NOON), limits);
  }

  private static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private static void overwrite(Path file, int offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    new SplittableRandom(2).nextBytes(bytes);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), offset);
    }
  }

  private static void sql(Path file, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
