package detour.server.probe.push;

import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.ProbeTarget;
import detour.server.probe.CheckRun;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.Probing;
import detour.server.publish.Posts;
import detour.server.publish.Posts.Post;
import detour.server.publish.Posts.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushCheckTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final String ONE = "192.0.2.1";
  private static final String OTHER = "192.0.2.2";
  private static final PushSettings BACKUP =
      new PushSettings("backup", TOKEN, null, Duration.ofSeconds(30));

  private final AtomicLong nowNanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final PushCheck kind = new PushCheck(nowNanos::get);

  @TempDir Path folder;

  @Test
  void shouldSayNothingUntilTheDeadlineAndFailFromThenOn() throws Exception {
    watch(BACKUP, ONE);
    assertThat(probe(BACKUP, ONE).outcome()).isEqualTo(Outcome.NOT_STARTED);
    pass(30);
    assertThat(probe(BACKUP, ONE).outcome()).isEqualTo(Outcome.NOT_STARTED);
    pass(1);
    assertThat(probe(BACKUP, ONE).outcome()).isEqualTo(Outcome.FAILED);
    assertThat(probe(BACKUP, ONE).detail()).isEqualTo("nothing was posted within 30 s");
  }

  @Test
  void shouldPassWhileTheHeartIsBeatingAndFailWhenItStops() throws Exception {
    watch(BACKUP, ONE);
    for (int beat = 0; beat < 3; beat++) {
      assertThat(post(up("all fine"))).isEqualTo(Posts.Outcome.TAKEN);
      pass(30);
      assertThat(probe(BACKUP, ONE).outcome()).isEqualTo(Outcome.PASSED);
      assertThat(probe(BACKUP, ONE).detail()).isEqualTo("posted up: all fine");
    }
    pass(1);
    assertThat(probe(BACKUP, ONE).outcome()).isEqualTo(Outcome.FAILED);
    assertThat(probe(BACKUP, ONE).detail())
        .isEqualTo("nothing was posted for 31 s, expected every 30 s; the last was: up: all fine");
  }

  @Test
  void shouldTakeTheStateOfAnotherMonitor() throws Exception {
    watch(BACKUP, ONE);
    post(new Post(State.DOWN, "disk full", null, null));
    assertThat(probe(BACKUP, ONE).outcome()).isEqualTo(Outcome.FAILED);
    assertThat(probe(BACKUP, ONE).detail()).isEqualTo("posted down: disk full");
    post(new Post(State.DEGRADED, "", null, null));
    assertThat(probe(BACKUP, ONE).outcome()).isEqualTo(Outcome.DEGRADED);
    assertThat(probe(BACKUP, ONE).detail()).isEqualTo("posted degraded");
  }

  @Test
  void shouldBelieveAPostNoLongerThanItSaysAndNeverBeyondTheDeadline() throws Exception {
    watch(BACKUP, ONE);
    post(new Post(State.UP, "", Duration.ofSeconds(10), null));
    pass(11);
    assertThat(probe(BACKUP, ONE).detail()).startsWith("nothing was posted for 11 s");
    post(new Post(State.UP, "", Duration.ofDays(1), null));
    pass(31);
    assertThat(probe(BACKUP, ONE).outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void shouldTellEndpointsApartAndGoByTheNewestPost() throws Exception {
    watch(BACKUP, ONE, OTHER);
    post(up("all"));
    pass(1);
    assertThat(post(new Post(State.DOWN, "", null, ONE))).isEqualTo(Posts.Outcome.TAKEN);
    assertThat(probe(BACKUP, ONE).passed()).isFalse();
    assertThat(probe(BACKUP, OTHER).passed()).isTrue();
    pass(1);
    post(up("all again"));
    assertThat(probe(BACKUP, ONE).passed()).isTrue();
    assertThat(post(new Post(State.DOWN, "", null, "192.0.2.3")))
        .isEqualTo(Posts.Outcome.NO_SUCH_ENDPOINT);
  }

  @Test
  void shouldRefuseAnotherTokenOrNameWithoutTellingWhich() throws Exception {
    watch(BACKUP, ONE);
    assertThat(kind.posts().post("backup", TOKEN + "x", up(""))).isEqualTo(Posts.Outcome.REFUSED);
    assertThat(kind.posts().post("backup", "", up(""))).isEqualTo(Posts.Outcome.REFUSED);
    assertThat(kind.posts().post("other", TOKEN, up(""))).isEqualTo(Posts.Outcome.REFUSED);
    assertThat(kind.posts().post("backup", TOKEN, new Post(State.UP, "", null, "192.0.2.9")))
        .isEqualTo(Posts.Outcome.NO_SUCH_ENDPOINT);
    assertThat(probe(BACKUP, ONE).outcome()).isEqualTo(Outcome.NOT_STARTED);
  }

  @Test
  void shouldReadTheTokenFileAtEachPost() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), TOKEN + "\n");
    PushSettings settings = new PushSettings("backup", null, file, Duration.ofSeconds(30));
    watch(settings, ONE);
    assertThat(post(up(""))).isEqualTo(Posts.Outcome.TAKEN);
    Files.writeString(file, "another-token-of-it");
    assertThat(post(up(""))).isEqualTo(Posts.Outcome.REFUSED);
    Files.writeString(file, "");
    assertThat(kind.posts().post("backup", "", up(""))).isEqualTo(Posts.Outcome.REFUSED);
  }

  @Test
  void shouldKeepWhatIsKnownAcrossAReload() throws Exception {
    watch(BACKUP, ONE);
    post(up("before"));
    watch(BACKUP, ONE, OTHER);
    assertThat(probe(BACKUP, OTHER).detail()).isEqualTo("posted up: before");
    watch(BACKUP);
    assertThat(post(up(""))).isEqualTo(Posts.Outcome.REFUSED);
  }

  @Test
  void shouldShowNoToken() {
    assertThat(BACKUP.toString() + BACKUP.summary()).doesNotContain(TOKEN);
  }

  private static Post up(String detail) {
    return new Post(State.UP, detail, null, null);
  }

  private Posts.Outcome post(Post post) {
    return kind.posts().post("backup", TOKEN, post);
  }

  private void pass(int seconds) {
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  private void watch(PushSettings settings, String... addresses) {
    Set<ProbeTarget> targets = new HashSet<>();
    for (String address : addresses) {
      targets.add(new ProbeTarget(check(settings), Probing.destination(address)));
    }
    kind.probing(targets);
  }

  private ProbeResult probe(PushSettings settings, String address) throws InterruptedException {
    return CheckRun.once(kind, check(settings), Probing.destination(address));
  }

  private static Check check(PushSettings settings) {
    return Probing.check("push", settings, PATIENT);
  }
}
