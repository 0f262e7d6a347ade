package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// DNS over TLS as its users have it: with kdig, and with the product's own client.
class DnsOverTlsTest {
  private static final String NAME = "ns1.example.com";
  private static final String NEW_NAME = "ns2.example.com";

  @TempDir private static Path folder;
  private static Path authority;
  private static Certificates.Pair certificate;
  private static Certificates.Pair newCertificate;

  @RegisterExtension final Stage stage = Stage.forEachTest();

  private final ScriptedBackend primary = stage.backend(1);
  private final int port = Ports.free();
  private final DetourServer server = stage.unstartedServer("");

  @BeforeAll
  static void makeCertificates() {
    Certificates certificates = new Certificates(folder);
    authority = certificates.authority();
    certificate = certificates.validFor(NAME);
    newCertificate = certificates.validFor(NEW_NAME);
  }

  @BeforeEach
  void start() {
    stage.backend(2);
    show(certificate);
    server.listen(
        "tcp_idle_timeout: 1m, tls: { addresses: \"127.0.0.1:%d\", cert_file: dns.pem,"
                .formatted(port)
            + " key_file: dns.key }");
    server.configure(twoPools(stage));
    server.start();
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    server.awaitVerdict(WWW, "standby", "s1", "UP");
  }

  /// RFC 8310 section 8.1: the strict profile, by the authority and the name.
  @Test
  void shouldBeBelievedByStrictClients() {
    assertThat(kdig("+tls-ca=" + authority, "+tls-hostname=" + NAME)).contains(stage.address(1));
    assertThat(query("--tls-ca", authority.toString(), "--tls-name", NAME).requireSuccess().out())
        .contains("over TLS", stage.address(1));
    assertThat(query("--tls-ca", authority.toString(), "--tls-name", NEW_NAME).exitCode())
        .isEqualTo(3);
    assertThat(query("--short").requireSuccess().out().strip()).isEqualTo(stage.address(1));
  }

  @Test
  void shouldAnswerWhatAFailoverChose() {
    try (TlsClient client = client()) {
      assertThat(client.addresses(WWW)).containsExactly(stage.address(1));

      primary.behave(ScriptedBackend.Behaviour.ERROR_500);

      Awaitility.await("the standby over the same connection")
          .atMost(DetourServer.PATIENCE)
          .untilAsserted(() -> assertThat(client.addresses(WWW)).containsExactly(stage.address(2)));
      assertThat(kdig("+tls")).contains(stage.address(2));
    }
  }

  @Test
  void shouldShowANewCertificateWhileClientsGoOn() {
    try (TlsClient client = client()) {
      assertThat(client.shown()).isEqualTo("CN=" + NAME);
      assertThat(client.addresses(WWW)).containsExactly(stage.address(1));

      show(newCertificate);

      server.awaitCounted("detour_tls_certificates_replaced_total", 1);
      assertThat(query("--tls-ca", authority.toString(), "--tls-name", NEW_NAME).exitCode())
          .isZero();
      assertThat(client.addresses(WWW)).containsExactly(stage.address(1));
      assertThat(client.shown()).isEqualTo("CN=" + NAME);
    }
  }

  @Test
  void shouldKeepTheCertificateWhenTheNewOneWillNotDo() {
    stage.file("next.pem", "no certificate");
    replace(stage.directory().resolve("next.pem"), "dns.pem");

    Command.Output output = server.cli("reload");

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.all()).contains("dns.pem");
    assertThat(server.cli("status").requireSuccess().out()).contains("dns.pem");
    try (TlsClient client = client()) {
      assertThat(client.shown()).isEqualTo("CN=" + NAME);
      assertThat(client.addresses(WWW)).containsExactly(stage.address(1));
    }
  }

  /// RFC 9325 section 3.5.
  @Test
  void shouldEndAConnectionThatRenegotiates() {
    try (TlsClient other = client();
        TlsClient client = client("TLSv1.2")) {
      assertThat(client.addresses(WWW)).containsExactly(stage.address(1));
      assertThat(client.addresses(WWW)).containsExactly(stage.address(1));

      assertThatExceptionOfType(UncheckedIOException.class)
          .isThrownBy(() -> {
            client.renegotiate();
            client.addresses(WWW);
          })
          .havingCause()
          .isNotInstanceOf(SocketTimeoutException.class);

      assertThat(other.addresses(WWW)).containsExactly(stage.address(1));
    }
    try (TlsClient next = client("TLSv1.2")) {
      assertThat(next.addresses(WWW)).containsExactly(stage.address(1));
    }
  }

  private TlsClient client(String... versions) {
    return new TlsClient(port, authority, versions);
  }

  private String kdig(String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of(WWW, "A"));
    return Dig.KDIG.ask(port, arguments.toArray(String[]::new));
  }

  private Command.Output query(String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("query", WWW, "A", "@127.0.0.1:" + port, "--tls"));
    arguments.addAll(List.of(options));
    return PackagedBuild.run(stage.directory(), arguments.toArray(String[]::new));
  }

  /// Puts a certificate and its key where the server looks for them, each by a rename.
  private void show(Certificates.Pair pair) {
    try {
      Files.copy(pair.key(), stage.directory().resolve("next.key"));
      Files.copy(pair.certificate(), stage.directory().resolve("next.pem"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    replace(stage.directory().resolve("next.key"), "dns.key");
    replace(stage.directory().resolve("next.pem"), "dns.pem");
  }

  private void replace(Path next, String name) {
    try {
      Files.move(next, stage.directory().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
