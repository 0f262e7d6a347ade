package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.access.Failures;
import detour.server.access.Role;
import detour.server.pem.FollowedIdentity;
import detour.server.pem.PemCertificates;
import detour.server.probe.Certificates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The API over TLS, and its certificate when the files change.
@Timeout(60)
class ApiTlsTest {
  @TempDir private Path folder;
  private Certificates.Pair one;
  private Certificates.Pair two;
  private Instant now = Instant.parse("2026-11-22T12:00:00Z");
  private FollowedIdentity identity;
  private FakeServer server;

  @BeforeEach
  void start() throws Exception {
    Certificates certificates = new Certificates(folder);
    one = certificates.selfSigned("one.example", "ip:127.0.0.1", "-1d", 9);
    two = certificates.selfSigned("two.example", "ip:127.0.0.1", "-1d", 9);
    show(one.pem(), one.key());
    identity =
        new FollowedIdentity(
            "the API", folder.resolve("api.pem"), folder.resolve("api.key"), () -> now);
    server =
        new FakeServer(new ApiAccess(null, Role.READ, new Failures(System::nanoTime), 0), identity);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldSayThatTheCertificateEndsSoon() {
    Instant end = identity.expires();
    // With less than a tenth of its nine days left.
    now = end.minus(Duration.ofHours(23));
    assertThat(identity.trouble()).isNull();

    now = end.minus(Duration.ofHours(21));
    assertThat(identity.trouble()).contains("ends at " + end, "renew it");

    now = end;
    assertThat(identity.trouble()).contains("ended at " + end);
  }

  @Test
  void shouldSpeakHttpsAndNothingElse() throws Exception {
    assertThat(subject()).isEqualTo("CN=one.example");

    URI plain = URI.create("http://127.0.0.1:" + server.address().getPort() + "/healthz");
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThatThrownBy(() ->
              client.send(
                  HttpRequest.newBuilder(plain).build(), HttpResponse.BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldShowTheNewCertificateOnceItsFilesHaveChanged() throws Exception {
    show(two.pem(), two.key());
    now = now.plusSeconds(1);

    assertThat(subject()).isEqualTo("CN=two.example");
    assertThat(identity.trouble()).isNull();
  }

  @Test
  void shouldKeepTheCertificateAndSaySoWhileTheFilesWillNotDo() throws Exception {
    show(two.pem(), one.key());
    now = now.plusSeconds(1);
    assertThat(subject()).isEqualTo("CN=one.example");
    assertThat(identity.trouble()).contains("the key is not that of the certificate");

    show(two.pem(), two.key());
    now = now.plusSeconds(1);
    assertThat(subject()).isEqualTo("CN=two.example");
    assertThat(identity.trouble()).isNull();
  }

  private void show(Path certificate, Path key) throws IOException {
    Files.copy(certificate, folder.resolve("api.pem"), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(key, folder.resolve("api.key"), StandardCopyOption.REPLACE_EXISTING);
  }

  /// Of the certificate that is shown, in a session of its own.
  private String subject() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("one", PemCertificates.read(one.pem()).getFirst());
    trusted.setCertificateEntry("two", PemCertificates.read(two.pem()).getFirst());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/status")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      return ((X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }
}
