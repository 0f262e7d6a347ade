package detour.server.probe.application;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.Certificates;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.tls.TlsSettings;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A `mysql` check against a real MariaDB, and against scripts of what MySQL does otherwise.
class MysqlCheckTest {
  private static final String ADDRESS = "127.0.0.52";
  private static final String PASSWORD = "secret-of-hashed";
  private static final String CHALLENGE = "abcdefghijklmnopqrst";

  private static MariadbServer server;
  private static Certificates.Pair certificate;

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    certificate = new Certificates(folder).selfSigned("db.example", "dns:db.example", "-1d", 3650);
    server = MariadbServer.start(ADDRESS, PASSWORD, certificate);
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void shouldPingByDefault() throws Exception {
    ProbeResult result = probe();

    assertThat(result.detail()).matches("MariaDB 1[0-9]\\.[0-9]+\\.[0-9]+");
    assertThat(result.passed()).isTrue();
    assertThat(result.steps())
        .extracting(Step::name)
        .containsExactly("connect", "first byte", "login", "ping");
    assertThat(Keys.probe(new MysqlCheck(), ADDRESS, PATIENT, keys("open")).passed()).isTrue();
  }

  @Test
  void shouldTellAPrimaryFromAReplica() throws Exception {
    assertThat(probe("role", "primary").detail()).endsWith(", primary");
    assertThat(probe("role", "replica").detail())
        .isEqualTo("the server takes writes (read_only is off), expected a replica");
    server.run("SET GLOBAL read_only = ON");
    try {
      assertThat(probe("role", "replica").detail()).endsWith(", replica");
      assertThat(probe("role", "primary").detail())
          .isEqualTo("the server is read-only, expected a primary");
      assertThat(probe().passed()).isTrue();
    } finally {
      server.run("SET GLOBAL read_only = OFF");
    }
  }

  @Test
  void shouldSpeakTlsWhereAsked() throws Exception {
    TlsSettings tls = new TlsSettings(true, certificate.pem(), "db.example");
    ProbeResult result = probe("tls", Optional.of(tls), "role", "primary");

    assertThat(result.detail()).endsWith(", primary");
    assertThat(result.steps())
        .extracting(Step::name)
        .containsExactly("connect", "first byte", "handshake", "login", "role");
    assertThat(probe("tls", Optional.of(TlsSettings.DEFAULT)).detail())
        .isEqualTo("certificate is self-signed and not trusted (CN=db.example)");
    String query =
        "SELECT variable_value FROM information_schema.session_status"
            + " WHERE variable_name = 'ssl_version'";
    assertThat(probe("tls", Optional.of(tls), "query", query).detail()).contains("'TLSv1.");
    assertThat(probe("query", query, "expect", "").passed()).isTrue();
  }

  @Test
  void shouldSayWhyAUserIsNotLetIn() throws Exception {
    assertThat(probe("password", "another").detail())
        .isEqualTo("Access denied for user 'hashed'@'127.0.0.1' (using password: YES) (1045)");
    assertThat(Keys.probe(new MysqlCheck(), ADDRESS, PATIENT, keys("hashed")).detail())
        .isEqualTo("Access denied for user 'hashed'@'127.0.0.1' (using password: NO) (1045)");
    assertThat(probe("user", "local").detail()).startsWith("Access denied for user 'local'");
    assertThat(probe("database", "mysql").detail())
        .isEqualTo("Access denied for user 'hashed'@'%' to database 'mysql' (1044)");
  }

  @Test
  void shouldJudgeAQuery() throws Exception {
    assertThat(probe("query", "SELECT 40 + 2", "expect", "42").detail())
        .endsWith(", the query answers '42'");
    assertThat(probe("query", "SELECT 1 FROM dual WHERE 1 = 0", "expect", "1").detail())
        .isEqualTo("the query answers no row, expected '1'");
    assertThat(probe("query", "SELECT NULL", "expect", "x").detail())
        .isEqualTo("the query answers NULL, expected 'x'");
    assertThat(probe("query", "DO 1").passed()).isTrue();
    assertThat(probe("query", "SELECT 1, 2 UNION SELECT 3, 4", "role", "primary").detail())
        .endsWith(", primary, the query answers '1'");
    assertThat(probe("query", "SHOW REPLICA STATUS").detail())
        .startsWith("Access denied; you need (at least one of) the ")
        .endsWith("privilege(s) for this operation (1227)");
    assertThat(probe("query", "SELECT nonsense").detail()).endsWith(" (1054)");
  }

  @Test
  void shouldFailOnAnAnswerWithoutEnd() throws Exception {
    assertThat(probe("query", "SELECT * FROM information_schema.columns").detail())
        .isEqualTo("the answer is longer than 64 KiB while waiting for the query's answer");
    assertThat(probe("query", "SELECT REPEAT('x', 100000)").detail())
        .isEqualTo("the answer is longer than 64 KiB while waiting for the query's answer");
  }

  @Test
  void shouldReadAnswersInPieces() throws Exception {
    try (RawBackend pieces = RawBackend.inPieces(ADDRESS, server.port())) {
      TlsSettings tls = new TlsSettings(true, certificate.pem(), "db.example");

      assertThat(probe("port", pieces.port(), "role", "primary").detail()).endsWith(", primary");
      assertThat(probe("port", pieces.port(), "tls", Optional.of(tls)).passed()).isTrue();
    }
  }

  @Test
  void shouldTimeOutWhenTheServerHangs() throws Exception {
    Peers.freeze(server.process());
    try {
      assertThat(run(BRIEF).detail())
          .isEqualTo("timed out after 300 ms while waiting for the greeting");
    } finally {
      Peers.thaw(server.process());
    }
    assertThat(probe().passed()).isTrue();
  }

  @Test
  void shouldSayThatTheConnectionWasReset() throws Exception {
    try (RawBackend backend = RawBackend.resetting(ADDRESS)) {
      assertThat(probe("port", backend.port()).detail())
          .isEqualTo("connection reset while waiting for the greeting");
    }
  }

  @Test
  void shouldSayGoodbyeSoThatNothingIsCountedAsAborted() throws Exception {
    String before = server.run("SHOW GLOBAL STATUS LIKE 'Aborted%'");
    for (int i = 0; i < 5; i++) {
      assertThat(probe("role", "primary").passed()).isTrue();
      assertThat(probe("role", "replica").passed()).isFalse();
      assertThat(probe().passed()).isTrue();
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            server
                .run("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'hashed'")
                .strip()
                .equals("0"));
    assertThat(server.run("SHOW GLOBAL STATUS LIKE 'Aborted%'")).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HTTP/1.1 400 Bad Request | the answer is not MySQL: a packet of 5526600 bytes
          220 mail.example ESMTP   | the answer is not MySQL: a packet of 3158578 bytes
          """)
  void shouldSayThatAnotherProtocolAnswers(String words, String detail) throws Exception {
    try (RawBackend backend = RawBackend.saying(ADDRESS, words)) {
      assertThat(probe("port", backend.port()).detail()).isEqualTo(detail);
    }
  }

  @Test
  void shouldSayWhatAServerSaysInPlaceOfAGreeting() throws Exception {
    String words = "Host '192.0.2.1' is blocked because of many connection errors";
    try (RawBackend backend = RawBackend.saying(ADDRESS, packet(0, "\u00ffi\u0004" + words))) {
      assertThat(probe("port", backend.port()).detail()).isEqualTo(words + " (1129)");
    }
  }

  @Test
  void shouldSayThatAServerOffersNoTls() throws Exception {
    try (RawBackend backend = RawBackend.saying(ADDRESS, greeting("mysql_native_password"))) {
      Optional<TlsSettings> tls = Optional.of(TlsSettings.DEFAULT);
      assertThat(probe("port", backend.port(), "tls", tls).detail())
          .isEqualTo("the server does not offer TLS");
    }
  }

  @Test
  void shouldProveItsPasswordToCachingSha2() throws Exception {
    AtomicBoolean proved = new AtomicBoolean();
    try (RawBackend backend =
        RawBackend.on(
            ADDRESS,
            socket -> {
              write(socket, greeting("caching_sha2_password"));
              proved.set(isProof(lastOctets(packetFrom(socket), "caching_sha2_password", 32)));
              write(socket, packet(2, "\u0001\u0003"));
              write(socket, packet(3, "\0\0\0\2\0\0\0"));
              packetFrom(socket);
              write(socket, packet(1, "\0\0\0\2\0\0\0"));
              RawBackend.drain(socket);
            })) {
      ProbeResult result = probe("port", backend.port());

      assertThat(result.detail()).isEqualTo("MySQL 8.4.3");
      assertThat(result.passed()).isTrue();
      assertThat(proved).isTrue();
    }
  }

  @Test
  void shouldSendNoCleartextPasswordWithoutTls() throws Exception {
    try (RawBackend backend =
        RawBackend.on(
            ADDRESS,
            socket -> {
              write(socket, greeting("caching_sha2_password"));
              packetFrom(socket);
              write(socket, packet(2, "\u0001\u0004"));
              RawBackend.drain(socket);
            })) {
      assertThat(probe("port", backend.port()).detail())
          .isEqualTo(
              "the server does not remember the password (caching_sha2_password) and asks for it in"
                  + " the clear: set tls");
    }
  }

  @ParameterizedTest
  @CsvSource({"mysql_clear_password", "client_ed25519", "sha256_password", "dialog"})
  void shouldSayThatItCannotLogInSo(String plugin) throws Exception {
    try (RawBackend backend =
        RawBackend.on(
            ADDRESS,
            socket -> {
              write(socket, greeting("mysql_native_password"));
              packetFrom(socket);
              write(socket, packet(2, "\u00fe" + plugin + "\0"));
              RawBackend.drain(socket);
            })) {
      assertThat(probe("port", backend.port()).detail())
          .isEqualTo("the server asks for " + plugin + ", which this check cannot do");
    }
  }

  @Test
  void shouldSendNoFileOfThisMachine() throws Exception {
    try (RawBackend backend =
        RawBackend.on(
            ADDRESS,
            socket -> {
              write(socket, greeting("mysql_native_password"));
              packetFrom(socket);
              write(socket, packet(2, "\0\0\0\2\0\0\0"));
              packetFrom(socket);
              write(socket, packet(1, "\u00fb/etc/passwd"));
              RawBackend.drain(socket);
            })) {
      assertThat(probe("port", backend.port(), "query", "SELECT 1").detail())
          .isEqualTo("the query asks for a file of this machine, which this check does not send");
    }
  }

  @Test
  void shouldStopListeningToABabbler() throws Exception {
    byte[] again = packet(2, "\u00femysql_native_password\0" + CHALLENGE + "\0");
    try (RawBackend backend =
        RawBackend.on(
            ADDRESS,
            socket -> {
              write(socket, greeting("mysql_native_password"));
              while (true) {
                write(socket, again);
              }
            })) {
      assertThat(probe("port", backend.port()).passed()).isFalse();
    }
  }

  /// As MySQL verifies it: the digest that it stores is that of the digest which the proof hides.
  private static boolean isProof(byte[] proof) throws IOException {
    byte[] stored = sha256(sha256(PASSWORD.getBytes(UTF_8)));
    byte[] mask = sha256(stored, CHALLENGE.getBytes(UTF_8));
    byte[] hidden = new byte[proof.length];
    for (int i = 0; i < proof.length; i++) {
      hidden[i] = (byte) (proof[i] ^ mask[i]);
    }
    return Arrays.equals(sha256(hidden), stored);
  }

  private static byte[] sha256(byte[]... parts) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static byte[] greeting(String plugin) {
    return packet(
        0,
        "\n8.4.3\0\1\2\3\4"
            + CHALLENGE.substring(0, 8)
            + "\0\u0000\u0082-\2\0\u0008\0\u0015\0\0\0\0\0\0\0\0\0\0"
            + CHALLENGE.substring(8)
            + "\0"
            + plugin
            + "\0");
  }

  private static byte[] packet(int sequence, String body) {
    byte[] octets = body.getBytes(ISO_8859_1);
    byte[] packet = new byte[4 + octets.length];
    packet[0] = (byte) octets.length;
    packet[3] = (byte) sequence;
    System.arraycopy(octets, 0, packet, 4, octets.length);
    return packet;
  }

  private static byte[] packetFrom(Socket socket) throws IOException {
    byte[] head = socket.getInputStream().readNBytes(4);
    return socket.getInputStream().readNBytes(head[0] & 0xff);
  }

  /// The octets right before a text that ends in a zero octet.
  private static byte[] lastOctets(byte[] packet, String text, int count) {
    int end = packet.length - text.length() - 1;
    return Arrays.copyOfRange(packet, end - count, end);
  }

  private static void write(Socket socket, byte[] octets) throws IOException {
    socket.getOutputStream().write(octets);
  }

  private static ProbeResult probe(Object... more) throws Exception {
    return run(PATIENT, more);
  }

  private static ProbeResult run(Duration timeout, Object... more) throws Exception {
    Map<String, Object> keys = Keys.with(keys("hashed"), "password", PASSWORD);
    return Keys.probe(new MysqlCheck(), ADDRESS, timeout, Keys.with(keys, more));
  }

  private static Map<String, Object> keys(String user) {
    return Map.of("port", server.port(), "user", user);
  }
}
