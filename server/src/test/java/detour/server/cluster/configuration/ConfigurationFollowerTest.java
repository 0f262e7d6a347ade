package detour.server.cluster.configuration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.RunningConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ConfigurationFollowerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final PromptStore store = new PromptStore();
  private final ConfigurationHistory history = new ConfigurationHistory(store, "dns");
  private final List<Long> applied = new CopyOnWriteArrayList<>();
  private final Metrics metrics = new Metrics();
  private volatile @Nullable String objection;
  private ConfigurationFollower follower;

  @BeforeEach
  void start() {
    follower = follower(null);
  }

  @AfterEach
  void stop() {
    follower.close();
  }

  private ConfigurationFollower follower(@Nullable Revision running) {
    ConfigurationFollower started =
        new ConfigurationFollower(
            history,
            ConfigurationCopy.in(folder),
            running,
            "",
            (revision, text) -> {
              if (objection == null) {
                applied.add(revision.number());
              }
              return objection;
            },
            state -> {},
            metrics,
            Duration.ofMillis(20));
    started.start();
    return started;
  }

  private Revision push(String document) throws Exception {
    SharedText text = new SharedText("shared.yaml", document, Map.of());
    var outcome =
        history.push(text, "alice", Instant.parse("2026-11-22T12:00:00Z"), "", history.look(), 0);
    tell();
    return ((ConfigurationHistory.Outcome.Pushed) outcome).revision();
  }

  private Revision kept() throws UnreadableConfiguration {
    return Objects.requireNonNull(ConfigurationCopy.in(folder).read()).revision();
  }

  private void tell() {
    follower.current(store.value("/detour/dns/config/current"));
  }

  private void awaitState(long revision, long refused, String problem) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(follower.state())
                .isEqualTo(new RunningConfiguration(revision, refused, problem)));
  }

  @Test
  void shouldApplyWhatIsCurrentAndKeepACopy() throws Exception {
    Revision first = push("one");

    awaitState(1, 0, "");
    assertThat(applied).containsExactly(1L);
    assertThat(kept()).isEqualTo(first);
  }

  @Test
  void shouldNotApplyAnewWhatRunsAlready() throws Exception {
    push("one");
    awaitState(1, 0, "");

    tell();
    push("two");

    awaitState(2, 0, "");
    assertThat(applied).containsExactly(1L, 2L);
  }

  @Test
  void shouldStayWithTheFormerOneWhereTheNextIsRefusedAndSayWhy() throws Exception {
    push("one");
    awaitState(1, 0, "");
    objection = "shared.yaml:3:1: no such key\nshared.yaml:9:1: nor this";

    push("two");

    awaitState(1, 2, "shared.yaml:3:1: no such key");
    assertThat(kept().number()).isEqualTo(1);
    assertThat(metrics.value(Counter.CONFIGURATIONS_REFUSED)).isEqualTo(1);
  }

  @Test
  void shouldTryWhatWasRefusedOnlyWhenItIsAskedTo() throws Exception {
    objection = "not here";
    push("one");
    awaitState(0, 1, "not here");
    objection = null;

    tell();
    follower.again();

    awaitState(1, 0, "");
    assertThat(metrics.value(Counter.CONFIGURATIONS_REFUSED)).isEqualTo(1);
  }

  @Test
  void shouldFetchItLaterWhenTheStoreIsAway() throws Exception {
    push("one");
    awaitState(1, 0, "");
    byte[] next =
        ConfigurationRecords.revision(
            new Revision(
                2,
                "bob",
                Instant.parse("2026-11-22T12:00:00Z"),
                "",
                new SharedText("", "two", Map.of()).digest(),
                9));
    store.put(
        "/detour/dns:config/2", ConfigurationRecords.text(new SharedText("", "two", Map.of())));
    store.away(true);

    follower.current(next);
    awaitState(1, 0, "revision 2 cannot be fetched: the store is away");
    store.away(false);

    awaitState(2, 0, "");
  }

  @Test
  void shouldWriteTheCopyLaterWhenTheDiskDoesNotTakeIt() throws Exception {
    Path obstacle = folder.resolve("configuration.json.new");
    Files.createDirectory(obstacle);

    push("one");
    await().atMost(PATIENCE).until(() -> follower.state().problem().contains("its copy could not"));
    assertThat(follower.state().revision()).isEqualTo(1);
    Files.delete(obstacle);

    awaitState(1, 0, "");
    assertThat(kept().number()).isEqualTo(1);
  }

  @Test
  void shouldRefuseWhatALaterProgramWrote() throws Exception {
    push("one");
    awaitState(1, 0, "");
    byte[] next =
        ConfigurationRecords.revision(
            new Revision(2, "bob", Instant.parse("2026-11-22T12:00:00Z"), "", "abc", 9));
    store.put("/detour/dns:config/2", "{\"v\":2}".getBytes(UTF_8));

    follower.current(next);

    await().atMost(PATIENCE).until(() -> follower.state().refused() == 2);
    assertThat(follower.state().problem()).contains("upgrade this node");
  }

  @Test
  void shouldGoOnWithWhatItRunsWhenTheStoreHasLostIt() throws Exception {
    push("one");
    awaitState(1, 0, "");

    follower.current(null);
    push("two");

    awaitState(2, 0, "");
  }
}
