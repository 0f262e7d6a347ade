package detour.server.probe.application;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.Certificates;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.ScriptedBackend;
import detour.server.probe.tls.TlsSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A `redis` check against a real primary and its replica, and one that asks for a password.
class RedisCheckTest {
  private static final String ADDRESS = "127.0.0.53";
  private static final String PASSWORD = "secret-of-default";

  private static RedisServer primary;
  private static RedisServer replica;
  private static RedisServer guarded;

  @BeforeAll
  static void startServers() throws Exception {
    primary = RedisServer.start(ADDRESS);
    replica = RedisServer.start(ADDRESS, "--replicaof", ADDRESS, Integer.toString(primary.port()));
    guarded = RedisServer.start(ADDRESS, "--requirepass", PASSWORD);
    guarded.run("-a", PASSWORD, "ACL", "SETUSER", "prober", "on", ">word", "+ping", "+info");
    guarded.run("-a", PASSWORD, "ACL", "SETUSER", "pinger", "on", ">word", "+ping");
    guarded.run("-a", PASSWORD, "ACL", "SETUSER", "nobody", "on", ">word");
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> replica.run("INFO", "replication").contains("master_link_status:up"));
  }

  @AfterAll
  static void stopServers() throws Exception {
    for (RedisServer server : new RedisServer[] {guarded, replica, primary}) {
      if (server != null) {
        server.close();
      }
    }
  }

  @Test
  void shouldPingByDefault() throws Exception {
    ProbeResult result = probe(primary);

    assertThat(result.detail()).isEqualTo("PONG");
    assertThat(result.passed()).isTrue();
    assertThat(result.steps()).extracting(Step::name).containsExactly("connect", "ping");
    assertThat(probe(replica).passed()).isTrue();
  }

  @Test
  void shouldTellAPrimaryFromAReplica() throws Exception {
    assertThat(probe(primary, "role", "primary").detail()).isEqualTo("PONG, primary");
    assertThat(probe(replica, "role", "replica").detail()).isEqualTo("PONG, replica");
    assertThat(probe(replica, "role", "primary").detail())
        .isEqualTo("the server is a replica, expected a primary");
    assertThat(probe(primary, "role", "replica").detail())
        .isEqualTo("the server is a primary, expected a replica");
    assertThat(probe(primary, "role", "replica").passed()).isFalse();
  }

  @Test
  void shouldWarnOfAReplicaWithoutItsPrimary() throws Exception {
    try (RedisServer alone = RedisServer.start(ADDRESS, "--replicaof", ADDRESS, "1")) {
      ProbeResult result = probe(alone, "role", "replica");

      assertThat(result.outcome()).isEqualTo(Outcome.DEGRADED);
      assertThat(result.detail())
          .isEqualTo("a replica without its primary (link: connect): its data may be old");
      alone.run("CONFIG", "SET", "replica-serve-stale-data", "no");
      assertThat(probe(alone).detail())
          .startsWith("a replica that has lost its primary and serves nothing: MASTERDOWN ");
    }
  }

  @Test
  void shouldLogIn() throws Exception {
    assertThat(probe(guarded, "password", PASSWORD, "role", "primary").detail())
        .isEqualTo("PONG, primary");
    assertThat(probe(guarded, "user", "default", "password", PASSWORD).passed()).isTrue();
    assertThat(probe(guarded, "user", "pinger", "password", "word").passed()).isTrue();
  }

  @Test
  void shouldAskByInfoWhereRoleIsForbidden() throws Exception {
    assertThat(probe(guarded, "user", "prober", "password", "word", "role", "primary").detail())
        .isEqualTo("PONG, primary");
    assertThat(probe(guarded, "user", "prober", "password", "word", "role", "replica").detail())
        .isEqualTo("the server is a primary, expected a replica");
  }

  @Test
  void shouldSayWhatIsNotAllowed() throws Exception {
    assertThat(probe(guarded).detail())
        .isEqualTo(
            "the server asks for a password, and the check has none: NOAUTH Authentication"
                + " required.");
    assertThat(probe(guarded, "password", "another").detail())
        .startsWith("the password or the user is wrong: WRONGPASS ");
    assertThat(probe(primary, "user", "absent", "password", "another").detail())
        .startsWith("the password or the user is wrong: WRONGPASS ");
    assertThat(probe(primary, "password", PASSWORD).detail())
        .startsWith("the server says: ERR AUTH <password> called without any password configured");
    assertThat(probe(guarded, "user", "nobody", "password", "word").detail())
        .startsWith("the user lacks a permission: NOPERM ");
    assertThat(probe(guarded, "user", "pinger", "password", "word", "role", "primary").detail())
        .startsWith("the user lacks a permission: NOPERM ");
  }

  @Test
  void shouldSpeakTlsWhereAsked(@TempDir Path folder) throws Exception {
    Certificates.Pair pair =
        new Certificates(folder).selfSigned("db.example", "dns:db.example", "-1d", 3650);
    Path crt = folder.resolve("server.crt");
    Path key = folder.resolve("server.key");
    pair.writeAsPem(crt, key);
    int tlsPort;
    try (var free = ScriptedBackend.listener(ADDRESS)) {
      tlsPort = free.getLocalPort();
    }
    try (RedisServer _ =
        RedisServer.start(
            ADDRESS,
            "--tls-port",
            Integer.toString(tlsPort),
            "--tls-cert-file",
            crt.toString(),
            "--tls-key-file",
            key.toString(),
            "--tls-auth-clients",
            "no")) {
      TlsSettings tls = new TlsSettings(true, pair.pem(), "db.example");
      ProbeResult result = probe(tlsPort, "tls", Optional.of(tls), "role", "primary");

      assertThat(result.detail()).isEqualTo("PONG, primary");
      assertThat(result.steps())
          .extracting(Step::name)
          .containsExactly("connect", "handshake", "ping", "role");
      assertThat(probe(tlsPort, "tls", Optional.of(TlsSettings.DEFAULT)).detail())
          .isEqualTo("certificate is self-signed and not trusted (CN=db.example)");
    }
  }

  @Test
  void shouldTimeOutWhenTheServerHangs() throws Exception {
    Peers.freeze(primary.process());
    try {
      assertThat(run(primary.port(), BRIEF).detail())
          .isEqualTo("timed out after 300 ms while waiting for the answer to PING");
    } finally {
      Peers.thaw(primary.process());
    }
    assertThat(probe(primary).passed()).isTrue();
  }

  @Test
  void shouldReadAnswersInPieces() throws Exception {
    try (RawBackend pieces = RawBackend.inPieces(ADDRESS, primary.port())) {
      assertThat(probe(pieces.port(), "role", "primary").detail()).isEqualTo("PONG, primary");
    }
  }

  @Test
  void shouldSayThatTheConnectionWasResetOrClosed() throws Exception {
    try (RawBackend backend = RawBackend.resetting(ADDRESS)) {
      assertThat(probe(backend.port()).detail())
          .isEqualTo("connection reset while waiting for the answer to PING");
    }
    try (RawBackend backend =
        RawBackend.on(ADDRESS, socket -> socket.getInputStream().read(new byte[99]))) {
      assertThat(probe(backend.port()).detail())
          .isEqualTo("connection closed while waiting for the answer to PING");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -LOADING Redis is loading~        | the server is still loading its data: LOADING Redis is loading
          -DENIED Redis is running~         | the server takes connections from its own machine only: DENIED Redis is running
          -ERR max number of clients~       | the server says: ERR max number of clients
          +OK~                              | the answer is not Redis: PING is not answered by PONG
          HTTP/1.1 400 Bad Request~         | the answer is not Redis: no reply begins so
          $99999999999~                     | the answer is not Redis: a string of 99999999999 bytes
          $x~                               | the answer is not Redis: a number that is none
          *2000~                            | the answer is not Redis: an array of 2000 items
          *1~*1~*1~*1~*1~*1~                | the answer is not Redis: replies within replies
          $4~PONG..                         | the answer is not Redis: a string that does not end
          """)
  void shouldSayWhatElseIsAnswered(String words, String detail) throws Exception {
    try (RawBackend backend = RawBackend.saying(ADDRESS, words.replace("~", "\r\n"))) {
      ProbeResult result = probe(backend.port());

      assertThat(result.detail()).isEqualTo(detail);
      assertThat(result.passed()).isFalse();
    }
  }

  @Test
  void shouldStopListeningToABabbler() throws Exception {
    try (RawBackend backend =
        RawBackend.babbling(ADDRESS, "x".repeat(1000).getBytes(StandardCharsets.US_ASCII))) {
      assertThat(probe(backend.port()).detail())
          .isEqualTo("the answer is not Redis: no reply begins so");
    }
    try (RawBackend backend =
        RawBackend.babbling(ADDRESS, "+".repeat(1000).getBytes(StandardCharsets.US_ASCII))) {
      assertThat(probe(backend.port()).detail())
          .isIn(
              "the answer is not Redis: a line longer than 4096 bytes",
              "the answer is longer than 64 KiB while waiting for the answer to PING");
    }
  }

  private static ProbeResult probe(RedisServer server, Object... more) throws Exception {
    return probe(server.port(), more);
  }

  private static ProbeResult probe(int port, Object... more) throws Exception {
    return run(port, PATIENT, more);
  }

  private static ProbeResult run(int port, Duration timeout, Object... more) throws Exception {
    return Keys.probe(new RedisCheck(), ADDRESS, timeout, Keys.with(Map.of("port", port), more));
  }
}
