package detour.server.cluster.configuration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.cluster.configuration.ConfigurationHistory.Outcome;
import detour.server.cluster.configuration.ConfigurationHistory.Seen;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Against a store in memory that does at once what it is asked.
class ConfigurationHistoryTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final PromptStore store = new PromptStore();
  private final ConfigurationHistory history = new ConfigurationHistory(store, "dns");

  private static SharedText text(String document) {
    return new SharedText("shared.yaml", document, Map.of("a.zone", "; a"));
  }

  private Outcome push(String document, String author, Seen seen) throws Exception {
    return history.push(text(document), author, NOW, "why", seen, 0);
  }

  private Revision pushed(String document) throws Exception {
    return ((Outcome.Pushed) push(document, "alice", history.look())).revision();
  }

  @Test
  void shouldHaveNothingBeforeTheFirstPush() throws Exception {
    assertThat(history.look()).isEqualTo(new Seen(null, List.of(), 0));
  }

  @Test
  void shouldMakeWhatIsPushedTheCurrentOneAndKeepThoseBefore() throws Exception {
    Revision first = pushed("one");
    Revision second = pushed("two");

    Seen seen = history.look();
    assertThat(seen.current()).isEqualTo(second);
    assertThat(seen.revisions()).containsExactly(second, first);
    assertThat(second.number()).isEqualTo(2);
    assertThat(history.text(first)).contains(text("one"));
    assertThat(history.text(second)).contains(text("two"));
  }

  @Test
  void shouldTellTheSecondOfTwoOperatorsWhoWasFirst() throws Exception {
    pushed("one");
    Seen both = history.look();

    assertThat(push("alice's", "alice", both)).isInstanceOf(Outcome.Pushed.class);
    Outcome second = push("bob's", "bob", both);

    assertThat(second)
        .isInstanceOfSatisfying(
            Outcome.Overtaken.class,
            overtaken ->
                assertThat(overtaken.first()).extracting(Revision::author).isEqualTo("alice"));
    assertThat(history.look().current()).extracting(Revision::author).isEqualTo("alice");
    assertThat(history.look().revisions()).hasSize(2);
  }

  @Test
  void shouldTellTheSecondOfTwoWhoPushTheFirst() throws Exception {
    Seen nothing = history.look();
    push("alice's", "alice", nothing);

    assertThat(push("bob's", "bob", nothing)).isInstanceOf(Outcome.Overtaken.class);
  }

  @Test
  void shouldKeepTheLastFiftyWithTheirTextsAndNoMore() throws Exception {
    for (int i = 1; i <= 53; i++) {
      pushed("document " + i);
    }

    Seen seen = history.look();
    assertThat(seen.revisions()).hasSize(ConfigurationHistory.KEPT);
    assertThat(seen.revisions().getFirst().number()).isEqualTo(53);
    assertThat(seen.revisions().getLast().number()).isEqualTo(4);
    assertThat(store.keys()).hasSize(1 + 2 * ConfigurationHistory.KEPT);
    assertThat(history.text(seen.revisions().getLast())).contains(text("document 4"));
  }

  @Test
  void shouldGoOnWhereOldTextsWereRemovedByHand() throws Exception {
    for (int i = 1; i <= 50; i++) {
      pushed("document " + i);
    }
    store.remove("/detour/dns:config/1");

    assertThat(pushed("another").number()).isEqualTo(51);
  }

  @Test
  void shouldNotGiveANumberAgainThatNodesRunAlready() throws Exception {
    Outcome outcome = history.push(text("one"), "alice", NOW, "why", history.look(), 41);

    assertThat(((Outcome.Pushed) outcome).revision().number()).isEqualTo(42);
  }

  @Test
  void shouldRefuseWhatTheStoreWouldNotTake() throws Exception {
    byte[] noise = new byte[1_200_000];
    new Random(7).nextBytes(noise);
    String document = Base64.getEncoder().encodeToString(noise);

    assertThat(push(document, "alice", history.look()))
        .isInstanceOfSatisfying(
            Outcome.TooLarge.class,
            large -> assertThat(large.bytes()).isGreaterThan(ConfigurationHistory.TEXT_BYTES_MAX));
    assertThat(store.keys()).isEmpty();
  }

  @Test
  void shouldNotTakeAnotherTextForThatOfARevision() throws Exception {
    Revision first = pushed("one");
    store.put("/detour/dns:config/1", ConfigurationRecords.text(text("forged")));

    assertThatThrownBy(() -> history.text(first))
        .isInstanceOf(UnreadableConfiguration.class)
        .hasMessageContaining("not that of revision 1");
  }

  @Test
  void shouldLeaveOutRevisionsOfALaterProgram() throws Exception {
    Revision first = pushed("one");
    store.put("/detour/dns/config/history/9", "{\"v\":2}".getBytes(UTF_8));

    assertThat(history.look().revisions()).containsExactly(first);
  }

  @Test
  void shouldKeepTextsWhereNoNodeHoldsThemInMemory() throws Exception {
    pushed("one");

    assertThat(store.keys())
        .containsExactlyInAnyOrder(
            "/detour/dns/config/current", "/detour/dns/config/history/1", "/detour/dns:config/1");
  }
}
