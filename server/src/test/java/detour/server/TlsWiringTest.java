package detour.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.probe.Certificates;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.publish.Command;
import detour.server.publish.CommandRefused;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// DNS over TLS of the whole server, and its certificate at reloads.
@Timeout(60)
class TlsWiringTest {
  @TempDir private Path folder;
  private Certificates.Pair one;
  private Certificates.Pair two;
  private Certificates.Pair old;

  @BeforeEach
  void write() throws Exception {
    Certificates certificates = new Certificates(folder);
    one = certificates.selfSigned("one.example", "dns:one.example", "-1d", 9);
    two = certificates.selfSigned("two.example", "dns:two.example", "-1d", 9);
    old = certificates.selfSigned("old.example", "dns:old.example", "-29d", 30);
    show(one.pem(), one.key());
    Files.writeString(
        folder.resolve("detour.yaml"),
        """
        node: { name: here, data_dir: data }
        listen:
          dns: ["127.0.0.1:0"]
          http: "127.0.0.1:0"
          tls: { addresses: ["127.0.0.1:0"], cert_file: dns.pem, key_file: dns.key }
        zones:
          - { name: example.com, ns: [ns1.example.net] }
        """);
  }

  @Test
  void shouldShowTheNewCertificateAsSoonAsAReloadIsDone() throws Exception {
    try (Wiring server = new Wiring(configuration())) {
      assertThat(shown(server)).isEqualTo("CN=one.example");
      assertThat(get(server, "/metrics"))
          .contains("detour_tls_certificate_expiry_timestamp_seconds")
          .contains("detour_tls_handshakes_total 1.0");

      show(two.pem(), two.key());
      server.inbox().command(new Command.Reload("a test")).get(20, TimeUnit.SECONDS);

      assertThat(shown(server)).isEqualTo("CN=two.example");
    }
  }

  @Test
  void shouldRefuseAReloadWithABrokenCertificateAndSaySo() throws Exception {
    try (Wiring server = new Wiring(configuration())) {
      show(one.pem(), two.key());

      assertThatThrownBy(
              () -> server.inbox().command(new Command.Reload("a test")).get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(CommandRefused.class)
          .hasMessageContaining("dns.key is not the key of");
      assertThat(shown(server)).isEqualTo("CN=one.example");
    }
  }

  @Test
  void shouldShowAnAlarmWhileTheFilesWillNotDo() throws Exception {
    try (Wiring server = new Wiring(configuration())) {
      show(one.pem(), two.key());
      await()
          .until(() -> get(server, "/api/v1/status").contains("the new certificate will not do"));

      show(two.pem(), two.key());
      await()
          .until(() -> !get(server, "/api/v1/status").contains("the new certificate will not do"));
      assertThat(shown(server)).isEqualTo("CN=two.example");
    }
  }

  @Test
  void shouldShowAnAlarmWhileTheCertificateEndsSoon() throws Exception {
    show(old.pem(), old.key());
    try (Wiring server = new Wiring(configuration())) {
      assertThat(get(server, "/api/v1/status"))
          .contains("DNS over TLS: the certificate of", "renew it, the files are followed");

      show(two.pem(), two.key());
      await().until(() -> !get(server, "/api/v1/status").contains("renew it"));
    }
  }

  private void show(Path certificate, Path key) throws IOException {
    Files.copy(certificate, folder.resolve("dns.pem"), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(key, folder.resolve("dns.key"), StandardCopyOption.REPLACE_EXISTING);
  }

  private Configuration configuration() {
    return switch (ConfigurationReader.read(folder.resolve("detour.yaml"), ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var _) -> valid;
      case ConfigurationReader.Result.Invalid(var problems, var _) ->
          throw new AssertionError(problems);
    };
  }

  private static String shown(Wiring server) throws IOException, GeneralSecurityException {
    InetSocketAddress address = server.tlsAddresses().getFirst();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Everybody()}, null);
    try (SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }

  private static String get(Wiring server, String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.apiAddress().getPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private static final class Everybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
