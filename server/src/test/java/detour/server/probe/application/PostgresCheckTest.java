package detour.server.probe.application;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.Certificates;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A `postgres` check against a real primary and its standby.
class PostgresCheckTest {
  private static final String ADDRESS = "127.0.0.51";
  private static final String PASSWORD = "pa'sw\\ord";

  private static PostgresServer primary;
  private static PostgresServer standby;
  private static Certificates.Pair certificate;

  @BeforeAll
  static void startServers(@TempDir Path folder) throws Exception {
    certificate = new Certificates(folder).selfSigned("db.example", "dns:db.example", "-1d", 3650);
    primary = PostgresServer.primary(ADDRESS, PASSWORD.replace("'", "''"), certificate);
    standby = primary.standby();
  }

  @AfterAll
  static void stopServers() throws Exception {
    for (PostgresServer server : new PostgresServer[] {standby, primary}) {
      if (server != null) {
        server.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"scram", "hashed", "trusted"})
  void shouldLogInAsTheServerAsks(String user) throws Exception {
    ProbeResult result = probe(primary, "user", user);

    assertThat(result.detail()).matches("PostgreSQL 1[0-9]\\.[0-9]+, primary");
    assertThat(result.passed()).isTrue();
    assertThat(result.steps()).extracting(Step::name).containsExactly("connect", "login", "role");
  }

  @Test
  void shouldTellAPrimaryFromAStandby() throws Exception {
    assertThat(probe(primary, "role", "primary").passed()).isTrue();
    assertThat(probe(standby, "role", "standby").detail()).endsWith(", standby");
    assertThat(probe(standby, "role", "standby").passed()).isTrue();
    assertThat(probe(standby, "role", "primary").detail())
        .isEqualTo("the server is a standby in recovery, expected a primary");
    assertThat(probe(primary, "role", "standby").detail())
        .isEqualTo("the server is a primary, expected a standby");
    assertThat(probe(primary, "role", "standby").passed()).isFalse();
  }

  @Test
  void shouldSpeakTlsWhereAsked() throws Exception {
    TlsSettings tls = new TlsSettings(true, certificate.pem(), "db.example");
    for (String user : new String[] {"scram", "hashed", "cleartext", "trusted"}) {
      ProbeResult result = probe(primary, "user", user, "tls", Optional.of(tls));

      assertThat(result.detail()).endsWith(", primary");
      assertThat(result.steps())
          .extracting(Step::name)
          .containsExactly("connect", "first byte", "handshake", "login", "role");
    }
    assertThat(probe(primary, "tls", Optional.of(TlsSettings.DEFAULT)).detail())
        .isEqualTo("certificate is self-signed and not trusted (CN=db.example)");
  }

  @Test
  void shouldSayThatAServerOffersNoTls() throws Exception {
    try (RawBackend plain = RawBackend.saying(ADDRESS, "N")) {
      assertThat(probe(plain.port(), "tls", Optional.of(TlsSettings.DEFAULT)).detail())
          .isEqualTo("the server does not offer TLS");
    }
  }

  @Test
  void shouldSayThatAServerHangsUpOnTls() throws Exception {
    try (RawBackend backend =
        RawBackend.on(
            ADDRESS,
            socket -> {
              socket.getInputStream().readNBytes(8);
              socket.getOutputStream().write('S');
            })) {
      assertThat(probe(backend.port(), "tls", Optional.of(TlsSettings.DEFAULT)).detail())
          .isEqualTo("connection closed during the TLS handshake");
    }
  }

  @Test
  void shouldSendNoCleartextPasswordUnlessAllowed() throws Exception {
    assertThat(probe(primary, "user", "cleartext").detail())
        .isEqualTo("the server asks for the password in the clear: set tls, or allow_cleartext");
    assertThat(probe(primary, "user", "cleartext", "allow_cleartext", true).passed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          scram    | FATAL: password authentication failed for user "scram" (28P01)
          hashed   | FATAL: password authentication failed for user "hashed" (28P01)
          """)
  void shouldSayThatAPasswordIsWrong(String user, String detail) throws Exception {
    ProbeResult result = probe(primary, "user", user, "password", "another");

    assertThat(result.detail()).isEqualTo(detail);
    assertThat(result.passed()).isFalse();
  }

  @Test
  void shouldSayWhyAUserIsNotLetIn() throws Exception {
    Map<String, Object> keys = Map.of("port", primary.port(), "user", "scram");
    assertThat(Keys.probe(new PostgresCheck(), ADDRESS, PATIENT, keys).detail())
        .isEqualTo("the server asks user 'scram' for a password, and the check has none");
    assertThat(probe(primary, "user", "unwanted").detail())
        .startsWith("FATAL: pg_hba.conf rejects connection for host \"127.0.0.1\"");
    assertThat(probe(primary, "database", "absent").detail())
        .isEqualTo("FATAL: database \"absent\" does not exist (3D000)");
  }

  @Test
  void shouldJudgeAQuery() throws Exception {
    assertThat(probe(primary, "query", "SELECT 40 + 2", "expect", "42").detail())
        .endsWith(", the query answers '42'");
    assertThat(probe(primary, "query", "SELECT 1 WHERE false").passed()).isTrue();
    assertThat(probe(primary, "query", "SELECT 1 WHERE false", "expect", "1").detail())
        .isEqualTo("the query answers no row, expected '1'");
    assertThat(probe(primary, "query", "SELECT NULL", "expect", "").detail())
        .isEqualTo("the query answers NULL, expected ''");
    assertThat(probe(primary, "query", "SELECT 'no'", "expect", "yes").detail())
        .isEqualTo("the query answers 'no', expected 'yes'");
    assertThat(probe(standby, "query", "SELECT 1", "role", "primary").detail())
        .isEqualTo("the server is a standby in recovery, expected a primary");
    assertThat(probe(standby, "query", "SELECT 1", "role", "standby").detail())
        .endsWith(", standby, the query answers '1'");
  }

  @Test
  void shouldSayWhatTheServerSaysToAQuery() throws Exception {
    assertThat(probe(primary, "query", "SELECT * FROM absent").detail())
        .isEqualTo("ERROR: relation \"absent\" does not exist (42P01)");
    assertThat(probe(primary, "query", "SELECT pg_read_file('/etc/passwd')").detail())
        .isEqualTo("ERROR: permission denied for function pg_read_file (42501)");
    assertThat(probe(primary, "query", "COPY (SELECT 1) TO STDOUT").detail())
        .isEqualTo("the query begins a COPY, which this check cannot do");
  }

  @Test
  void shouldFailOnAnAnswerWithoutEnd() throws Exception {
    assertThat(probe(primary, "query", "SELECT * FROM generate_series(1, 1000000)").detail())
        .isEqualTo("the answer is longer than 64 KiB while waiting for the query's answer");
    assertThat(probe(primary, "query", "SELECT repeat('x', 1000000)").detail())
        .isEqualTo("the answer is longer than 64 KiB while waiting for the query's answer");
  }

  @Test
  void shouldReadAnswersInPieces() throws Exception {
    try (RawBackend pieces = RawBackend.inPieces(ADDRESS, primary.port())) {
      TlsSettings tls = new TlsSettings(true, certificate.pem(), "db.example");

      assertThat(probe(pieces.port()).detail()).endsWith(", primary");
      assertThat(probe(pieces.port(), "tls", Optional.of(tls)).detail()).endsWith(", primary");
    }
  }

  @Test
  void shouldTimeOutWhenTheServerHangs() throws Exception {
    Peers.freeze(primary.process());
    try {
      assertThat(run(primary.port(), BRIEF).detail())
          .isEqualTo("timed out after 300 ms while logging in");
    } finally {
      Peers.thaw(primary.process());
    }
    assertThat(probe(primary).passed()).isTrue();
  }

  @Test
  void shouldSayThatTheConnectionWasReset() throws Exception {
    try (RawBackend backend = RawBackend.resetting(ADDRESS)) {
      assertThat(probe(backend.port()).detail()).isEqualTo("connection reset while logging in");
    }
  }

  @Test
  void shouldSayGoodbyeSoThatTheServerSeesAnEndOnPurpose() throws Exception {
    String name = "goodbye";
    primary.run("CREATE DATABASE " + name);
    for (int i = 0; i < 5; i++) {
      assertThat(probe(primary, "database", name).passed()).isTrue();
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> linesOf(name).filter(l -> l.contains("disconnection: ")).count() == 5);
    assertThat(linesOf(name)).noneMatch(line -> line.contains("could not receive data"));
  }

  /// What the primary logged of a database's sessions.
  private static Stream<String> linesOf(String database) throws IOException {
    return primary.log().lines().filter(line -> line.startsWith(database + ": "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HTTP/1.1 400 Bad Request   | the answer is not PostgreSQL: a message of 1414811695 bytes
          SSH-2.0-OpenSSH_9.2p1      | the answer is not PostgreSQL: a message of 1397239090 bytes
          220 mail.example ESMTP     | the answer is not PostgreSQL: no message begins so
          """)
  void shouldSayThatAnotherProtocolAnswers(String words, String detail) throws Exception {
    try (RawBackend backend = RawBackend.saying(ADDRESS, words)) {
      assertThat(probe(backend.port()).detail()).isEqualTo(detail);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          R000000080000000a | the answer is not PostgreSQL: text without an end
          Z0000000549       | the answer is not PostgreSQL: it is ready for queries without having let anybody in
          R000000080000000bR | the answer is not PostgreSQL: a SCRAM message out of turn
          R0000000800000007 | the server asks for GSSAPI, which this check cannot do
          R0000000400       | the answer is not PostgreSQL: a message is too short
          D00000006ffff     | the answer is not PostgreSQL: a message 'D' out of turn
          """)
  void shouldRefuseWhatIsOutOfTurn(String message, String detail) throws Exception {
    try (RawBackend backend = RawBackend.saying(ADDRESS, bytes(message))) {
      assertThat(probe(backend.port()).detail()).isEqualTo(detail);
    }
  }

  @Test
  void shouldStopListeningToABabbler() throws Exception {
    try (RawBackend backend = RawBackend.babbling(ADDRESS, bytes("N0000000500"))) {
      assertThat(probe(backend.port()).detail())
          .isEqualTo("the answer is longer than 64 KiB while logging in");
    }
  }

  @Test
  void shouldNotTakeAServerThatLeavesScramHalfDone() throws Exception {
    try (RawBackend backend =
        RawBackend.on(
            ADDRESS,
            socket -> {
              byte[] sasl = bytes("R000000170000000a");
              socket.getOutputStream().write(sasl);
              socket.getOutputStream().write("SCRAM-SHA-256\0\0".getBytes(UTF_8));
              socket.getInputStream().readNBytes(20);
              socket.getOutputStream().write(bytes("R0000000800000000"));
              RawBackend.drain(socket);
            })) {
      assertThat(probe(backend.port()).detail())
          .isEqualTo("the server did not prove that it knows the password");
    }
  }

  /// A letter, then octets in hexadecimal, then perhaps a letter.
  private static byte[] bytes(String message) {
    String digits = message.substring(1).replaceAll("[^0-9a-f]", "");
    byte[] rest = HexFormat.of().parseHex(digits);
    byte[] all = new byte[1 + rest.length];
    all[0] = (byte) message.charAt(0);
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  private static ProbeResult probe(PostgresServer server, Object... more) throws Exception {
    return probe(server.port(), more);
  }

  private static ProbeResult probe(int port, Object... more) throws Exception {
    return run(port, PATIENT, more);
  }

  private static ProbeResult run(int port, Duration timeout, Object... more) throws Exception {
    Map<String, Object> keys = Map.of("port", port, "user", "scram", "password", PASSWORD);
    return Keys.probe(new PostgresCheck(), ADDRESS, timeout, Keys.with(keys, more));
  }
}
