package detour.server.probe.http;

import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.FreePort;
import detour.server.probe.Certificates;
import detour.server.probe.PeerProcess;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Note;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.http.HttpSettings.StatusRange;
import detour.server.probe.tls.TlsSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Redirects of a real nginx.
class RedirectCheckTest {
  private static final String ADDRESS = "127.0.0.35";

  private static PeerProcess nginx;
  private static TlsSettings tls;
  private static int port;
  private static int securePort;
  private static int deadPort;

  @BeforeAll
  static void startNginx(@TempDir Path folder) throws Exception {
    Certificates.Pair certificate =
        new Certificates(folder)
            .selfSigned("www.example.com", "dns:www.example.com,dns:localhost", "-1d", 99);
    tls = new TlsSettings(true, certificate.pem(), null);
    port = FreePort.next();
    securePort = FreePort.next();
    deadPort = FreePort.next();
    nginx =
        PeerProcess.nginx(
            folder,
            ADDRESS,
            port,
            """
            ssl_certificate %1$s;
            ssl_certificate_key %2$s;
            server {
              listen %3$s:%4$d;
              listen 127.0.0.1:%4$d;
              listen %3$s:%5$d ssl;
              absolute_redirect off;
              default_type text/plain;
              location = /healthz { return 200 "ok of $scheme $host $request_method $http_x_token."; }
              location = /relative { return 302 healthz; }
              location = /same { return 301 http://www.example.com:%4$d/healthz; }
              location = /secure { return 308 https://www.example.com:%5$d/healthz; }
              location = /elsewhere { return 302 http://localhost:%4$d/healthz; }
              location = /nowhere { return 302 http://no.such.invalid/; }
              location = /dead { return 302 http://www.example.com:%6$d/; }
              location = /ftp { return 302 ftp://www.example.com/; }
              location = /post { return 303 /healthz; }
              location = /loop { return 307 /loop; }
            }
            """
                .formatted(
                    certificate.pem(), certificate.key(), ADDRESS, port, securePort, deadPort));
  }

  @AfterAll
  static void stopNginx() {
    if (nginx != null) {
      nginx.close();
    }
  }

  @Test
  void shouldFollowARelativeRedirectAndShowEachHop() throws Exception {
    ProbeResult result = plain("GET", "/relative", 1, "ok of http www.example.com GET secret.");

    assertThat(result.detail())
        .isEqualTo("200 OK, body matches after a redirect to http://www.example.com/healthz");
    assertThat(result.passed()).isTrue();
    assertThat(result.steps())
        .extracting(Step::name)
        .containsExactly("connect", "first byte", "match", "connect", "first byte", "match");
    assertThat(result.notes())
        .containsExactly(new Note("redirect", "302 to http://www.example.com/healthz"));
  }

  @Test
  void shouldGoToTheEndpointsAddressWhereItsOwnNameIsGiven() throws Exception {
    // No resolver knows the name.
    assertThat(plain("GET", "/same", 1, "ok of http www.example.com GET secret.").passed())
        .isTrue();
  }

  @Test
  void shouldResolveAnotherHostAndShowItNoHeaders() throws Exception {
    ProbeResult result = plain("GET", "/elsewhere", 1, "ok of http localhost GET .");

    assertThat(result.detail())
        .isEqualTo(
            "200 OK, body matches after a redirect to http://localhost:" + port + "/healthz");
    assertThat(result.steps())
        .extracting(Step::name)
        .containsExactly(
            "connect", "first byte", "match", "resolve", "connect", "first byte", "match");
  }

  @Test
  void shouldVerifyTheCertificateWhereARedirectLeadsToTls() throws Exception {
    assertThat(plain("GET", "/secure", 1, "ok").detail())
        .isEqualTo(
            "certificate is self-signed and not trusted (CN=www.example.com) after a redirect to"
                + " https://www.example.com:"
                + securePort
                + "/healthz");
    ProbeResult trusted =
        run("https", securePort, tls, "GET", "/secure", 1, "ok of https www.example.com GET");
    assertThat(trusted.passed()).as(trusted.detail()).isTrue();
  }

  @Test
  void shouldDropTheHeadersWhereARedirectLeavesTls() throws Exception {
    assertThat(
            run("https", securePort, tls, "GET", "/same", 1, "ok of http www.example.com GET .")
                .detail())
        .startsWith("200 OK, body matches");
  }

  @Test
  void shouldAskByGetAfterAPost() throws Exception {
    assertThat(plain("POST", "/post", 1, "ok of http www.example.com GET").passed()).isTrue();
  }

  @Test
  void shouldJudgeTheRedirectThatIsOneTooMany() throws Exception {
    assertThat(plain("GET", "/relative", 0, "ok").detail())
        .isEqualTo("status 302, expected 200 (a redirect to healthz)");
    ProbeResult loop = plain("GET", "/loop", 3, "ok");
    assertThat(loop.detail())
        .isEqualTo(
            "status 307, expected 200 (a redirect to /loop) after 3 redirects, to"
                + " http://www.example.com/loop");
    assertThat(loop.steps()).hasSize(12);
  }

  @Test
  void shouldSayWhereARedirectFails() throws Exception {
    assertThat(plain("GET", "/ftp", 1, "ok").detail())
        .isEqualTo("status 302, a redirect to what is not HTTP: ftp://www.example.com/");
    assertThat(plain("GET", "/nowhere", 1, "ok").detail())
        .startsWith("cannot resolve no.such.invalid")
        .endsWith("after a redirect to http://no.such.invalid/");
    assertThat(plain("GET", "/dead", 1, "ok").detail())
        .isEqualTo(
            "connection refused after a redirect to http://www.example.com:" + deadPort + "/");
  }

  private static ProbeResult plain(String method, String path, int redirects, String body)
      throws InterruptedException {
    return run("http", port, null, method, path, redirects, body);
  }

  private static ProbeResult run(
      String kind,
      int to,
      @Nullable TlsSettings by,
      String method,
      String path,
      int redirects,
      String body)
      throws InterruptedException {
    HttpSettings settings =
        new HttpSettings(
            to,
            HttpSettings.Version.HTTP_1_1,
            new RequestSettings(method, path, "www.example.com", Map.of("X-Token", "secret"), ""),
            Expectation.of(List.of(StatusRange.OK), body),
            1024,
            redirects,
            by);
    return Probing.run(kind, settings, ADDRESS, PATIENT);
  }
}
