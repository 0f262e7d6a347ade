package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.server.api.EventStream.Follower;
import detour.server.api.EventStream.Numbered;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EventStreamTest {
  private static final long LONG_MILLIS = 30_000;

  private final EventStream events = new EventStream(2);

  @Test
  void shouldTellAFollowerWhatHappensFromThenOn() throws Exception {
    happens("before");
    Follower follower = follow(null);
    happens("after");

    assertThat(follower.missed()).isEmpty();
    assertThat(next(follower).event().reason()).isEqualTo("after");
  }

  @Test
  void shouldReplayWhatAReturningFollowerMissed() throws Exception {
    Follower first = follow(null);
    happens("1");
    String seen = next(first).id();
    first.close();
    happens("2");
    happens("3");

    Follower returned = follow(seen);
    assertThat(reasons(returned.missed())).containsExactly("2", "3");
    assertThat(returned.gap()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"earlier.5", "nonsense", "", "."})
  void shouldReplayAllItRemembersToAFollowerOfAnotherRun(String id) {
    happens("1");
    happens("2");

    Follower returned = follow(id);
    assertThat(reasons(returned.missed())).containsExactly("1", "2");
    assertThat(returned.gap()).isTrue();
  }

  @Test
  void shouldRememberAThousandEvents() {
    for (int i = 1; i <= 1_500; i++) {
      happens("reason " + i);
    }

    List<Numbered> missed = follow("").missed();

    assertThat(missed).hasSize(1_000);
    assertThat(missed.getFirst().event().reason()).isEqualTo("reason 501");
  }

  @Test
  void shouldTellAFollowerThatMoreHappenedThanItRemembers() throws Exception {
    Follower first = follow(null);
    happens("the last seen");
    String seen = next(first).id();
    first.close();
    for (int i = 1; i <= 1_000; i++) {
      happens("reason " + i);
    }

    Follower inTime = follow(seen);
    happens("one too many");
    Follower late = follow(seen);

    assertThat(inTime.gap()).isFalse();
    assertThat(inTime.missed()).hasSize(1_000);
    assertThat(late.gap()).isTrue();
    assertThat(late.missed().getFirst().event().reason()).isEqualTo("reason 2");
  }

  @Test
  void shouldSendAGapBeforeWhatIsRemembered() throws Exception {
    try (FakeServer server = new FakeServer();
        HttpClient http = HttpClient.newHttpClient()) {
      server.events.happened(FakeServer.event(1, "selection", "one"));
      try (BufferedReader in = connect(http, server, "another-run.7")) {
        List<String> lines = new ArrayList<>();
        for (String line = in.readLine();
            line != null && !line.startsWith("id: ");
            line = in.readLine()) {
          lines.add(line);
        }

        assertThat(lines).contains("event: gap");
        assertThat(lines).anyMatch(line -> line.startsWith("data: {") && line.contains("history"));
      }
    }
  }

  @Test
  void shouldCutOffAFollowerWhoCannotKeepUp() throws Exception {
    Follower slow = follow(null);
    for (int i = 0; i < 300; i++) {
      happens("reason " + i);
    }

    assertThat(slow.ended()).isTrue();
    assertThat(slow.next(LONG_MILLIS)).isNull();
    assertThat(events.followers()).isZero();
  }

  @Test
  void shouldLimitItsFollowers() {
    follow(null);
    Follower second = follow(null);
    @Nullable Follower third = events.follow(null);
    second.close();

    assertThat(third).isNull();
    assertThat(events.follow(null)).isNotNull();
  }

  @Test
  void shouldReturnNothingWhenNothingHappensInTime() throws Exception {
    assertThat(follow(null).next(1)).isNull();
  }

  @Test
  void shouldSendEventsWithIdsAndReplayThemAfterAReconnection() throws Exception {
    try (FakeServer server = new FakeServer();
        HttpClient http = HttpClient.newHttpClient()) {
      List<String> first = new ArrayList<>();
      try (BufferedReader in = connect(http, server, null)) {
        assertThat(in.readLine()).startsWith(":");
        server.events.happened(FakeServer.event(1, "selection", "one"));
        readEvent(in, first);
      }
      server.events.happened(FakeServer.event(2, "endpoint", "two"));
      List<String> second = new ArrayList<>();
      try (BufferedReader in = connect(http, server, first.getFirst().substring("id: ".length()))) {
        readEvent(in, second);
      }

      assertThat(first.get(1)).isEqualTo("event: selection");
      assertThat(first.get(2)).startsWith("data: {").contains("\"reason\":\"one\"");
      assertThat(second.get(1)).isEqualTo("event: endpoint");
      assertThat(second.get(2)).contains("\"reason\":\"two\"");
    }
  }

  @Test
  void shouldForgetAFollowerWhoWentAway() throws Exception {
    try (FakeServer server = new FakeServer();
        HttpClient http = HttpClient.newHttpClient()) {
      BufferedReader in = connect(http, server, null);
      in.readLine();
      in.close();
      http.shutdownNow();

      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> {
            server.events.happened(FakeServer.event(1, "selection", "anyone there?"));
            return server.events.followers() == 0;
          });
    }
  }

  @Test
  void shouldRefuseMoreFollowersThanItsLimitAndServeOthersMeanwhile() throws Exception {
    try (FakeServer server = new FakeServer();
        HttpClient http = HttpClient.newHttpClient()) {
      List<BufferedReader> open = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        open.add(connect(http, server, null));
      }
      HttpResponse<String> refused =
          http.send(request(server, null), HttpResponse.BodyHandlers.ofString());

      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("too many");
      for (BufferedReader in : open) {
        in.close();
      }
    }
  }

  @Test
  void shouldEndItsStreamsWhenTheServerCloses() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      FakeServer server = new FakeServer();
      BufferedReader in = connect(http, server, null);
      assertThat(in.readLine()).startsWith(":");
      server.close();

      assertThat(endOf(in)).isTrue();
    }
  }

  private static boolean endOf(BufferedReader in) {
    try {
      while (in.readLine() != null) {
        // Reads what was under way.
      }
      return true;
    } catch (IOException e) {
      return true;
    }
  }

  private static HttpRequest request(FakeServer server, @Nullable String lastEventId) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/events"));
    if (lastEventId != null) {
      request.header("Last-Event-ID", lastEventId);
    }
    return request.build();
  }

  private static BufferedReader connect(
      HttpClient http, FakeServer server, @Nullable String lastEventId) throws Exception {
    var response =
        http.send(request(server, lastEventId), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  /// Reads to the end of the next event; comments and the retry time are none.
  private static void readEvent(BufferedReader in, List<String> lines) throws IOException {
    String line = in.readLine();
    while (line != null && !line.startsWith("id: ")) {
      line = in.readLine();
    }
    while (line != null && !line.isEmpty()) {
      lines.add(line);
      line = in.readLine();
    }
  }

  private void happens(String reason) {
    events.happened(FakeServer.event(0, "selection", reason));
  }

  private Follower follow(@Nullable String lastEventId) {
    Follower follower = events.follow(lastEventId);
    if (follower == null) {
      throw new AssertionError("the stream refused a follower");
    }
    return follower;
  }

  private static Numbered next(Follower follower) throws InterruptedException {
    Numbered event = follower.next(LONG_MILLIS);
    if (event == null) {
      throw new AssertionError("no event came");
    }
    return event;
  }

  private static List<String> reasons(List<Numbered> events) {
    return events.stream().map(event -> event.event().reason()).toList();
  }
}
