package detour.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.Check;
import detour.server.config.ConfigurationReader;
import detour.server.probe.CheckRun;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.RealPeer;
import detour.server.probe.TalkingPeer;
import detour.server.probe.kinds.ProbeKinds;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The checks that the guide's pages show, as they stand there, against what they are for.
class GuideChecksTest {
  private static final String ADDRESS = "127.0.0.36";
  private static final Pattern EXAMPLE =
      Pattern.compile("```yaml\n(checks:\n.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "udp", "dns", "icmp"})
  void shouldLoad(String page) throws Exception {
    assertThat(checks(page, Map.of())).isNotEmpty();
  }

  @Test
  void shouldSeeRedisAnswerHangAndGo() throws Exception {
    int port = FreePort.next();
    Check redis = check("tcp", Map.of("port: 6379", "port: " + port), "redis");
    try (RealPeer server =
        RealPeer.start(
            folder,
            RealPeer.require("redis-server"),
            "--bind",
            ADDRESS,
            "--port",
            Integer.toString(port),
            "--save",
            "",
            "--dir",
            folder.toString())) {
      awaitOpen(port, server);

      assertThat(run(redis).detail()).isEqualTo("received '+PONG'");
      server.suspend(true);
      assertThat(run(redis).detail()).isEqualTo("timed out after 2 s while waiting for '+PONG'");
      server.suspend(false);
      assertThat(run(redis).detail()).isEqualTo("received '+PONG'");
    }
    assertThat(run(redis).detail()).isEqualTo("connection refused");
  }

  @Test
  void shouldSpeakSmtpWithEximAndGoOverToTls() throws Exception {
    int port = FreePort.next();
    Path key = folder.resolve("key.pem");
    Path certificate = folder.resolve("certificate.pem");
    RealPeer.run(
        RealPeer.require("openssl"),
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key.toString(),
        "-out",
        certificate.toString(),
        "-days",
        "10",
        "-subj",
        "/CN=mail.example.com",
        "-addext",
        "subjectAltName=DNS:mail.example.com");
    String trusting = "server_name: mail.example.com, ca_file: " + certificate;
    Check smtp =
        check(
            "tcp",
            Map.of("port: 25\n", "port: " + port + "\n", "server_name: mail.example.com", trusting),
            "smtp");
    Check untrusting = check("tcp", Map.of("port: 25\n", "port: " + port + "\n"), "smtp");
    try (RealPeer exim = startExim(port, key, certificate)) {
      awaitOpen(port, exim);

      ProbeResult result = run(smtp);
      assertThat(result.detail()).isEqualTo("received '221 mail.example.com closing connection'");
      assertThat(result.steps())
          .extracting(Step::name)
          .containsExactly(
              "connect", "step 1", "step 2", "step 3", "handshake", "step 5", "step 6");
      assertThat(run(untrusting).detail())
          .isEqualTo("certificate is self-signed and not trusted (CN=mail.example.com)");
    }
  }

  @Test
  void shouldReadAnImapGreeting() throws Exception {
    TalkingPeer.Script imap =
        line -> {
          line.say("* OK [CAPABILITY IMAP4rev1] ready.\r\n");
          String command = line.hear();
          line.say(
              "* BYE Logging out\r\n"
                  + command.substring(0, command.indexOf(' '))
                  + " OK Logout completed.\r\n");
        };
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, imap);
        TalkingPeer full = TalkingPeer.on(ADDRESS, line -> line.say("* BYE too many\r\n"))) {
      Map<String, String> here = Map.of("port: 143", "port: " + peer.port());
      Map<String, String> there = Map.of("port: 143", "port: " + full.port());

      assertThat(run(check("tcp", here, "imap")).detail())
          .isEqualTo("received 'a OK Logout completed.'");
      assertThat(run(check("tcp", there, "imap")).outcome()).isEqualTo(Outcome.FAILED);
      assertThat(peer.heard()).containsExactly("a LOGOUT");
    }
  }

  private RealPeer startExim(int port, Path key, Path certificate) throws IOException {
    String exim = RealPeer.require("exim4");
    // As root it reads and writes as a user of its own.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    Path spool = Files.createDirectory(folder.resolve("spool"));
    Files.setPosixFilePermissions(spool, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path configuration =
        Files.writeString(
            folder.resolve("exim.conf"),
            """
            primary_hostname = mail.example.com
            spool_directory = %1$s
            log_file_path = %1$s/%%slog
            pid_file_path = %1$s/exim.pid
            local_interfaces = %2$s
            daemon_smtp_ports = %3$d
            keep_environment =
            smtp_banner = mail.example.com ESMTP
            tls_advertise_hosts = *
            tls_certificate = %4$s
            tls_privatekey = %5$s
            begin routers
            """
                .formatted(spool, ADDRESS, port, certificate, key));
    return RealPeer.start(folder, exim, "-C", configuration.toString(), "-bdf");
  }

  /// The checks of a page's examples by name.
  ///
  /// @param replaced what stands there, and what is put in its place
  private Map<String, Check> checks(String page, Map<String, String> replaced) throws IOException {
    String guide = Files.readString(Path.of("../docs/guide/checks", page + ".md"));
    Map<String, Check> checks = new TreeMap<>();
    Matcher examples = EXAMPLE.matcher(guide);
    while (examples.find()) {
      String text = examples.group(1);
      for (Map.Entry<String, String> one : replaced.entrySet()) {
        text = text.replace(one.getKey(), one.getValue());
      }
      Path file = Files.createTempFile(folder, "example", ".yaml");
      Files.writeString(file, text + "zones:\n  - { name: example.net, ns: [ns.example.net] }\n");
      ConfigurationReader.Result result = ConfigurationReader.read(file, ProbeKinds.ALL);
      assertThat(result)
          .as(page + ": " + result)
          .isInstanceOf(ConfigurationReader.Result.Valid.class);
      checks.putAll(((ConfigurationReader.Result.Valid) result).configuration().checks());
    }
    return checks;
  }

  private Check check(String page, Map<String, String> replaced, String name) throws IOException {
    return Objects.requireNonNull(checks(page, replaced).get(name), name);
  }

  private static ProbeResult run(Check check) throws InterruptedException {
    return CheckRun.once(ProbeKinds.named(check.kind()), check, Probing.destination(ADDRESS));
  }

  private static void awaitOpen(int port, RealPeer peer) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> {
          try (Socket socket = new Socket(ADDRESS, port)) {
            assertThat(socket.isConnected()).isTrue();
          } catch (IOException refused) {
            throw new AssertionError(peer.printed(), refused);
          }
        });
  }
}
