package detour.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.Health;
import detour.server.metrics.Metrics;
import detour.server.publish.Journal.Change;
import detour.server.publish.Journal.HistoryEvent;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Journal.SavedSelection;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stores in processes of their own, killed without warning.
class KilledServerTest {
  private static final int KILLS = 6;

  @TempDir Path directory;

  @Test
  void shouldHoldEveryAcknowledgedChangeAfterAKillAtAnyMoment() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    long acknowledged = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = fork(Acknowledging.class);
      long last = acknowledgedUntilKilled(process, 1 + random.nextInt(300), random.nextInt(3000));
      assertThat(last).isGreaterThan(acknowledged);
      acknowledged = last;
      try (StateStore store = open()) {
        assertThat(store.warnings()).isEmpty();
        Map<String, SavedSelection> selections = store.load().selections();
        for (long i = 1; i <= acknowledged; i++) {
          assertThat(selections).containsKey("service" + i + "/joint");
        }
        // The next number was perhaps written and not acknowledged any more, but whole.
        HistoryEvent newest = store.history(null, Long.MAX_VALUE, 1).getFirst();
        assertThat(selections).hasSize(Integer.parseInt(newest.to()));
        assertThat(store.load().opinions().get("target"))
            .isNotNull()
            .matches(opinion -> opinion.since().getEpochSecond() == selections.size());
        acknowledged = selections.size();
      }
    }
  }

  @Test
  void shouldRefuseASecondServerAndNameTheFirst() throws Exception {
    Process process = fork(Acknowledging.class);
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo("1");
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(directory.toAbsolutePath().toString())
          .hasMessageContaining("process " + process.pid())
          .hasMessageContaining("node.data_dir");
    } finally {
      kill(process);
    }
    open().close();
  }

  @Test
  void shouldRefuseASecondStoreInTheSameProcess() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolveSibling("link"), directory);
    try (StateStore _ = open()) {
      for (Path path : List.of(directory, link)) {
        assertThatThrownBy(
                () -> StateStore.open(path, new Metrics(), InstantSource.fixed(Samples.NOON)))
            .hasMessageContaining("in use")
            .hasMessageContaining("process " + ProcessHandle.current().pid());
      }
      // The refusal must not have loosened the lock.
      Process process = fork(Acknowledging.class);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isNotZero();
    } finally {
      Files.delete(link);
    }
    open().close();
  }

  /// Saves one change after another for as long as it lives, and prints the number of each once it
  /// was acknowledged.
  static final class Acknowledging {
    public static void main(String[] args) {
      StateStore store =
          StateStore.open(Path.of(args[0]), new Metrics(), InstantSource.fixed(Samples.NOON));
      for (int i = store.load().selections().size() + 1; ; i++) {
        Samples.save(
            store,
            Samples.selection("service" + i, "ams"),
            new Change.Opinion(new SavedOpinion("target", Health.UP, Instant.ofEpochSecond(i))),
            Samples.event("service" + i, Integer.toString(i)));
        System.out.println(i);
        System.out.flush();
      }
    }
  }

  /// Reads acknowledgements until there were `atLeast`, kills at a random moment after that, and
  /// gives the last number that the process had printed in full.
  private static long acknowledgedUntilKilled(Process process, int atLeast, int extraMicros)
      throws IOException, InterruptedException {
    long last = 0;
    try (BufferedReader output = process.inputReader()) {
      for (int i = 0; i < atLeast; i++) {
        last = Long.parseLong(output.readLine());
      }
      TimeUnit.MICROSECONDS.sleep(extraMicros);
      kill(process);
      StringBuilder rest = new StringBuilder();
      for (int c = output.read(); c >= 0; c = output.read()) {
        rest.append((char) c);
      }
      for (String line : rest.substring(0, rest.lastIndexOf("\n") + 1).lines().toList()) {
        last = Long.parseLong(line);
      }
    }
    return last;
  }

  private static void kill(Process process) throws InterruptedException {
    // Process.destroyForcibly would also discard the output not yet read.
    assertThat(process.toHandle().destroyForcibly()).isTrue();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private Process fork(Class<?> main) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private StateStore open() {
    return StateStore.open(
        directory, new Metrics(), InstantSource.fixed(Samples.NOON), Samples.limits().build());
  }
}
