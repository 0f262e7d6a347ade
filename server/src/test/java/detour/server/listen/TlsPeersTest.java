package detour.server.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.dns.answer.AnswerTable;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.probe.Certificates;
import detour.server.probe.RealPeer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// DNS over TLS with clients of others: kdig, and OpenSSL's s_client.
class TlsPeersTest {
  private static final AnswerTable TABLE = TestQueries.table();
  private static final Metrics METRICS = new Metrics();
  private static final Callable<Boolean> AT_ONCE = () -> true;

  @TempDir private static Path folder;
  private static Certificates.Pair authority;
  private static Certificates.Pair server;
  private static Listeners listeners;
  private static String port;

  @BeforeAll
  static void serve() throws Exception {
    Certificates certificates = new Certificates(folder);
    authority = certificates.authority("Test authority");
    server = certificates.signed(authority, "dns.example", "dns:dns.example", "-1d", 9);
    List<InetSocketAddress> any =
        List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    listeners =
        Listeners.open(
            SocketSettings.of(any)
                .withTcp(100, 100, Duration.ofSeconds(20))
                .withTls(any, new TlsFiles(server.pem(), server.key())),
            () -> TABLE,
            METRICS);
    listeners.start();
    port = Integer.toString(listeners.tlsAddresses().getFirst().getPort());
  }

  @AfterAll
  static void stop() {
    listeners.close();
  }

  /// RFC 7858 section 4.1: the opportunistic profile.
  @Test
  void shouldAnswerKdigAndPad() throws Exception {
    String printed = kdig("+tls", "+padding");

    assertThat(printed)
        .contains("TLS session (TLS1.3)")
        .contains("192.0.2.1")
        .contains("PADDING")
        .contains("Received 468 B");
  }

  /// RFC 8310 section 8.1: the strict profile, by a name that the certificate has, and by a key.
  @Test
  void shouldBeWhomAStrictClientExpects() throws Exception {
    String authorityFile = "+tls-ca=" + authority.pem();

    assertThat(kdig(authorityFile, "+tls-hostname=dns.example")).contains("192.0.2.1");
    assertThat(kdig(authorityFile, "+tls-hostname=other.example")).doesNotContain("192.0.2.1");
    String pin =
        shell(
            "openssl x509 -in %s -pubkey -noout | openssl pkey -pubin -outform der"
                    .formatted(server.pem())
                + " | openssl dgst -sha256 -binary | openssl base64 -A");
    assertThat(kdig("+tls-pin=" + pin.strip())).contains("192.0.2.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void shouldSpeakVersion(String version) throws Exception {
    String printed =
        openssl("", AT_ONCE, version, "-alpn", "dot", "-CAfile", authority.pem().toString());

    assertThat(printed)
        .contains("ALPN protocol: dot")
        .contains("Verify return code: 0 (ok)")
        .containsPattern("Cipher is (TLS_|ECDHE-ECDSA-)AES");
  }

  /// RFC 9325 section 3.1.1, 4.1, and RFC 7301 section 3.2.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -tls1_1 -cipher ALL:@SECLEVEL=0             | alert protocol version
          -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256   | alert handshake failure
          -alpn h2,http/1.1                           | alert no application protocol
          """)
  void shouldRefuse(String options, String reason) throws Exception {
    assertThat(openssl("", AT_ONCE, options.split(" "))).contains(reason);
  }

  /// RFC 7858 section 3.4: clients should resume, so that the next connection costs less.
  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void shouldResumeASession(String version) throws Exception {
    String query = new String(TestQueries.framed(TestQueries.www(1)), StandardCharsets.ISO_8859_1);
    Path session = folder.resolve("session" + version);
    // A client of TLS 1.3 gets its ticket with the first answer.
    openssl(query, () -> Files.exists(session), version, "-sess_out", session.toString());

    assertThat(openssl("", AT_ONCE, version, "-sess_in", session.toString())).contains("Reused, ");
  }

  @Test
  void shouldAnswerManyQueriesOfOneConnection() throws Exception {
    long before = METRICS.value(Counter.TLS_HANDSHAKES);
    String printed =
        kdig(
            "+tls", "+keepopen", "www.example.test", "big.example.test", "TXT", "www.example.test");

    assertThat(printed.split("status: NOERROR", -1)).hasSize(5);
    assertThat(METRICS.value(Counter.TLS_HANDSHAKES)).isEqualTo(before + 1);
  }

  private static String kdig(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(RealPeer.require("kdig")));
    command.addAll(List.of("@127.0.0.1", "-p", port, "+retry=0", "+timeout=5", "-d"));
    command.addAll(List.of(options));
    command.addAll(List.of("www.example.test", "A"));
    return run("", AT_ONCE, command);
  }

  /// @param input sent when the handshake is done
  /// @param until when its input ends, and it with that, if it has not ended before
  private static String openssl(String input, Callable<Boolean> until, String... options)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(RealPeer.require("openssl"), "s_client", "-connect", "127.0.0.1:" + port));
    command.addAll(List.of(options));
    return run(input, until, command);
  }

  private static String shell(String line) throws Exception {
    RealPeer.require("openssl");
    return run("", AT_ONCE, List.of("/bin/sh", "-c", line));
  }

  /// Whatever it ends with: what it printed tells.
  private static String run(String input, Callable<Boolean> until, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "peer", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try (OutputStream to = process.getOutputStream()) {
      if (!input.isEmpty()) {
        // Before that, OpenSSL may take a command letter for data.
        await().until(() -> !process.isAlive() || read(output).contains("Verify return code"));
      }
      to.write(input.getBytes(StandardCharsets.ISO_8859_1));
      to.flush();
      await().until(() -> !process.isAlive() || until.call());
    }
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return read(output);
  }

  private static String read(Path output) throws IOException {
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }
}
