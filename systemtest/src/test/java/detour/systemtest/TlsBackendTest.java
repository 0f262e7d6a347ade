package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// An https check believes in a certificate or does not.
class TlsBackendTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  private final Certificates certificates = new Certificates(stage.directory());

  @BeforeEach
  void needNginx() {
    Peers.require("nginx");
  }

  @Test
  void shouldAcceptAGoodCertificate() {
    nginx(certificates.validFor(WWW));
    DetourServer server = server("tls: { ca_file: \"" + certificates.authority() + "\" }");

    server.awaitVerdict(WWW, "pool1", stage.address(1), "UP");
  }

  @Test
  void shouldRefuseAnExpiredCertificate() {
    nginx(certificates.expiredFor(WWW));
    DetourServer server = server("tls: { ca_file: \"" + certificates.authority() + "\" }");

    server.awaitVerdict(WWW, "pool1", stage.address(1), "DOWN");
    awaitFailureText(server, "expired");
  }

  @Test
  void shouldRefuseACertificateForAnotherName() {
    nginx(certificates.validFor("other.example.org"));
    DetourServer server = server("tls: { ca_file: \"" + certificates.authority() + "\" }");

    server.awaitVerdict(WWW, "pool1", stage.address(1), "DOWN");
    awaitFailureText(server, WWW);
  }

  @Test
  void shouldRefuseAnAuthorityItDoesNotKnow() {
    nginx(certificates.validFor(WWW));
    DetourServer server = server("");

    server.awaitVerdict(WWW, "pool1", stage.address(1), "DOWN");
  }

  @Test
  void shouldAcceptAnythingWhenToldNotToVerify() {
    nginx(certificates.expiredFor("other.example.org"));
    DetourServer server = server("tls: { verify: false }");

    server.awaitVerdict(WWW, "pool1", stage.address(1), "UP");
  }

  private void nginx(Certificates.Pair certificate) {
    Nginx nginx =
        stage.closing(Nginx.https(stage.directory(), stage.address(1), stage.port(), certificate));
    nginx.start();
  }

  private DetourServer server(String tls) {
    return stage.server(
        """
        zones: [ { name: example.com, ns: [ns1.example.net] } ]
        services:
          - name: www.example.com
            check: { type: https, port: %d, path: /healthz, host: www.example.com,
                     interval: 500ms, timeout: 500ms, fall: 2%s }
            pools: [ { endpoints: [%s] } ]
        """
            .formatted(stage.port(), tls.isEmpty() ? "" : ", " + tls, stage.address(1)));
  }

  private void awaitFailureText(DetourServer server, String text) {
    Awaitility.await("the failure to say " + text)
        .atMost(DetourServer.PATIENCE)
        .untilAsserted(() ->
            assertThat(
                    server
                        .endpoint(WWW, "pool1", stage.address(1))
                        .path("opinions")
                        .path(0)
                        .path("last_observations")
                        .path(0)
                        .path("detail")
                        .asString()
                        .toLowerCase(Locale.ROOT))
                .contains(text));
  }
}
