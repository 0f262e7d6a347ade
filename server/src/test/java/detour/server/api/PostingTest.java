package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.metrics.Counter;
import detour.server.publish.Posts.Post;
import detour.server.publish.Posts.State;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostingTest extends ServedApi {
  private static final String TOKEN = "Bearer a-token-of-the-backup";

  @Test
  void shouldTakeAHeartbeatWithoutABody() throws Exception {
    HttpResponse<String> response = put("backup", TOKEN, "");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("backup is up");
    assertThat(server.posts).containsExactly(new Post(State.UP, "", null, null));
  }

  @Test
  void shouldTakeAStateWithItsReason() throws Exception {
    put(
        "backup",
        TOKEN.replace("Bearer", "bearer"),
        """
        {"state": "down", "detail": "disk full", "ttl": "1m30s", "endpoint": "192.0.2.10"}\
        """);

    assertThat(server.posts)
        .containsExactly(new Post(State.DOWN, "disk full", Duration.ofSeconds(90), "192.0.2.10"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "backup | none                          | 401 | expected the check's token",
        "backup | Basic YTpi                    | 401 | expected the check's token",
        "backup | Bearer wrong                  | 401 | no push check of this name takes this"
            + " token",
        "other  | Bearer a-token-of-the-backup  | 401 | no push check of this name takes this"
            + " token",
      })
  void shouldRefuseWhoHasNoToken(String name, @Nullable String token, int status, String detail)
      throws Exception {
    HttpResponse<String> response = put(name, token, "{}");

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
    assertThat(response.body()).contains(detail).doesNotContain("wrong");
    assertThat(server.posts).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"state\": \"fine\"}          | 400 | expected up, degraded or down",
        "{\"status\": \"up\"}           | 400 | unknown field",
        "{\"ttl\": \"soon\"}            | 400 | expected a time",
        "{\"detail\": \"a\\nb\"}        | 400 | expected one line",
        "{\"endpoint\": \"192.0.2.11\"} | 404 | no endpoint '192.0.2.11' has the check backup",
        "up                             | 400 | the body is no JSON",
      })
  void shouldTellWhatIsWrongWithAPost(String body, int status, String detail) throws Exception {
    HttpResponse<String> response = put("backup", TOKEN, body);

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).contains(detail);
    assertThat(server.posts).isEmpty();
  }

  @Test
  void shouldHoldBackGuesses() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(put("backup", "Bearer wrong", "").statusCode()).isEqualTo(401);
    }

    HttpResponse<String> held = put("backup", TOKEN, "");
    assertThat(held.statusCode()).isEqualTo(429);
    assertThat(held.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
    assertThat(server.posts).isEmpty();
    assertThat(server.metrics.value(Counter.API_TOKENS_REFUSED)).isEqualTo(10);
  }

  @Test
  void shouldGoOnTakingPostsOfAProgramBesideOneThatIsWrong() throws Exception {
    put("backup", TOKEN, "");
    for (int i = 0; i < 12; i++) {
      assertThat(put("backup", "Bearer wrong", "").statusCode()).isEqualTo(401);
    }

    assertThat(put("backup", TOKEN, "").statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> put(String name, @Nullable String token, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request("/api/v1/push/" + name).PUT(HttpRequest.BodyPublishers.ofString(body));
    if (token == null) {
      request.header("Content-Type", "application/json");
    } else {
      request.header("Authorization", token);
    }
    return send(request);
  }
}
