package detour.server.cluster.store;

import static detour.server.cluster.store.FollowedEtcd.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.cluster.store.StoreFailure.Reason;
import detour.server.metrics.Metrics;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is not etcd, at an endpoint where etcd should be.
class ImpostorTest {
  private static final Duration TIMEOUT = Duration.ofMillis(300);

  /// Answers whatever it is asked, and closes.
  private static final class Impostor implements AutoCloseable {
    private final ServerSocket listener =
        new ServerSocket(0, 16, InetAddress.ofLiteral("127.0.0.1"));
    private final byte[] answer;
    private final boolean endless;

    Impostor(String answer, boolean endless) throws IOException {
      this.answer = answer.getBytes(StandardCharsets.UTF_8);
      this.endless = endless;
      Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
      while (!listener.isClosed()) {
        try {
          Socket client = listener.accept();
          Thread.ofVirtual().start(() -> answer(client));
        } catch (IOException e) {
          return;
        }
      }
    }

    private void answer(Socket client) {
      try (client;
          OutputStream out = client.getOutputStream()) {
        if (client.getInputStream().read(new byte[65_536]) < 0) {
          return;
        }
        out.write(answer);
        byte[] more = "x".repeat(65_536).getBytes(StandardCharsets.UTF_8);
        while (endless && !listener.isClosed()) {
          out.write(more);
        }
      } catch (IOException e) {
        // The client has heard enough.
      }
    }

    EtcdStore store() {
      return new EtcdStore(
          new EtcdSettings(List.of(endpoint()), null, null, null, null, null, TIMEOUT, TIMEOUT),
          System::nanoTime,
          new Random(1),
          new Metrics());
    }

    URI endpoint() {
      return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  private static String http(String status, String body) {
    return "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        .formatted(status, body.length(), body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "200 OK|<html>It works!</html>",
        "200 OK|{}",
        "200 OK|",
        "200 OK|[1,2]",
        "200 OK|{\"header\":{\"revision\":\"7\"}}",
        "404 Not Found|<html>no such page</html>",
        "404 Not Found|404 page not found",
        "502 Bad Gateway|upstream\u001b[2J\nis down",
      })
  void shouldNotBeTakenForEtcd(String answer) throws IOException {
    int bar = answer.indexOf('|');
    try (Impostor impostor =
            new Impostor(http(answer.substring(0, bar), answer.substring(bar + 1)), false);
        EtcdStore store = impostor.store()) {
      StoreFailure failure = failureOf(store.list("/detour/"));

      assertThat(failure.reason()).isEqualTo(Reason.UNINTELLIGIBLE);
      assertThat(failure)
          .hasMessageContaining(impostor.endpoint().toString())
          .hasMessageContaining("is it a client URL of etcd");
      assertThat(failure.getMessage()).doesNotContain("\n", "\u001b");
      assertThat(endOfWatch(store).reason()).isIn(Reason.UNINTELLIGIBLE, Reason.UNREACHABLE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n"})
  void shouldBeAFailureWhenItDoesNotSpeakHttp(String answer) throws IOException {
    try (Impostor impostor = new Impostor(answer, false);
        EtcdStore store = impostor.store()) {
      StoreFailure failure = failureOf(store.list("/detour/"));

      assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(failure).hasMessageContaining(impostor.endpoint().toString());
      assertThat(failure.getMessage()).doesNotContain("\n");
      assertThat(endOfWatch(store).reason()).isEqualTo(Reason.UNREACHABLE);
    }
  }

  @Test
  void shouldNotBeReadToAnEndThatDoesNotCome() throws IOException {
    try (Impostor impostor = new Impostor("HTTP/1.1 200 OK\r\n\r\n{\"kvs\":\"", true);
        EtcdStore store = impostor.store()) {
      StoreFailure failure = failureOf(store.list("/detour/"));

      assertThat(failure.reason()).isIn(Reason.UNINTELLIGIBLE, Reason.UNREACHABLE);
      assertThat(endOfWatch(store).reason()).isEqualTo(Reason.UNREACHABLE);
    }
  }

  @Test
  void shouldNotTellAWatchOfChangesThatAreOutOfOrder() throws IOException {
    String header = "\"header\":{\"cluster_id\":\"1\",\"revision\":\"9\"}";
    String later = "{\"kv\":{\"key\":\"YQ==\",\"mod_revision\":\"8\"}}";
    String earlier = "{\"kv\":{\"key\":\"YQ==\",\"mod_revision\":\"7\"}}";
    String stream =
        "{\"result\":{%s,\"created\":true}}\n{\"result\":{%s,\"events\":[%s,%s]}}\n"
            .formatted(header, header, later, earlier);
    try (Impostor impostor = new Impostor("HTTP/1.1 200 OK\r\n\r\n" + stream, false);
        EtcdStore store = impostor.store()) {
      SharedStoreContract.Told told = new SharedStoreContract.Told();
      store.watch("a", 1, told);
      Awaitility.await().until(() -> !told.ends().isEmpty());

      assertThat(told.ends().getFirst().reason()).isEqualTo(Reason.UNINTELLIGIBLE);
      assertThat(told.changes()).isEmpty();
    }
  }

  private static StoreFailure endOfWatch(EtcdStore store) {
    SharedStoreContract.Told told = new SharedStoreContract.Told();
    store.watch("/detour/", 1, told);
    Awaitility.await().until(() -> !told.ends().isEmpty());
    assertThat(told.ends()).hasSize(1);
    assertThat(told.changes()).isEmpty();
    return told.ends().getFirst();
  }
}
