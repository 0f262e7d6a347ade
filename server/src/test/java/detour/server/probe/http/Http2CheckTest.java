package detour.server.probe.http;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static detour.server.probe.Probing.asking;
import static detour.server.probe.Probing.expecting;
import static detour.server.probe.Probing.http;
import static detour.server.probe.Probing.http2;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.FreePort;
import detour.server.probe.Certificates;
import detour.server.probe.PeerProcess;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Note;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import detour.server.probe.tls.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// HTTP/2 against a real nginx.
class Http2CheckTest {
  private static final String ADDRESS = "127.0.0.31";

  private static PeerProcess nginx;
  private static TlsSettings tls;
  private static int securePort;
  private static int plainPort;
  private static int oldPort;
  private static int oldSecurePort;

  @BeforeAll
  static void startNginx(@TempDir Path folder) throws Exception {
    Certificates.Pair certificate =
        new Certificates(folder).selfSigned("a.example", "dns:a.example,ip:" + ADDRESS, "-1d", 99);
    tls = new TlsSettings(true, certificate.pem(), null);
    securePort = FreePort.next();
    plainPort = FreePort.next();
    oldPort = FreePort.next();
    oldSecurePort = FreePort.next();
    Path pages = Files.createDirectories(folder.resolve("pages"));
    Files.writeString(pages.resolve("healthz"), "all is ok here");
    Files.writeString(pages.resolve("large"), "x".repeat(300_000) + "ok");
    nginx =
        PeerProcess.nginx(
            folder,
            ADDRESS,
            securePort,
            """
            ssl_certificate %1$s;
            ssl_certificate_key %2$s;
            root %3$s;
            add_header X-Long %4$s;
            server {
              listen %5$s:%6$d ssl http2;
              listen %5$s:%7$d http2;
              listen %5$s:%8$d;
              listen %5$s:%9$d ssl;
              location / { dav_methods PUT DELETE; }
              location = /moved { return 302 /healthz; }
              location = /forbidden { return 444; }
            }
            """
                .formatted(
                    certificate.pem(),
                    certificate.key(),
                    pages,
                    "x".repeat(200),
                    ADDRESS,
                    securePort,
                    plainPort,
                    oldPort,
                    oldSecurePort));
  }

  @AfterAll
  static void stopNginx() {
    if (nginx != null) {
      nginx.close();
    }
  }

  @Test
  void shouldAgreeOnHttp2ByAlpn() throws Exception {
    ProbeResult result = https(http2(expecting(securePort, "is ok", "200"), tls));

    assertThat(result.detail()).isEqualTo("200 OK, body matches");
    assertThat(result.passed()).isTrue();
    assertThat(result.steps())
        .extracting(Step::name)
        .containsExactly("connect", "handshake", "first byte", "match");
    assertThat(result.notes())
        .filteredOn(note -> note.label().equals("tls"))
        .singleElement()
        .extracting(Note::text)
        .asString()
        .endsWith(", ALPN h2");
  }

  @Test
  void shouldSpeakHttp2ByPriorKnowledgeWithoutTls() throws Exception {
    ProbeResult result = plain(http2(expecting(plainPort, "is ok", "200"), null));

    assertThat(result.detail()).isEqualTo("200 OK, body matches");
  }

  @Test
  void shouldJudgeTheStatus() throws Exception {
    HttpSettings absent = asking(plainPort, "GET", "/absent", "", Expectation.OK, 0);

    assertThat(plain(http2(absent, null)).detail()).isEqualTo("status 404, expected 200");
  }

  @Test
  void shouldReadNoMoreThanTheMaximumOfABody() throws Exception {
    HttpSettings large =
        asking(plainPort, "GET", "/large", "", Expectation.of(List.of(ok()), "ok"), 0);

    assertThat(plain(http2(large, null)).detail())
        .isEqualTo("body does not contain 'ok' in its first 64 KiB");
  }

  @Test
  void shouldReadABodyBeyondTheFlowControlWindow() throws Exception {
    HttpSettings large =
        new HttpSettings(
            plainPort,
            HttpSettings.Version.HTTP_2,
            new RequestSettings("GET", "/large", null, java.util.Map.of(), ""),
            Expectation.of(List.of(ok()), "ok"),
            1024 * 1024,
            0,
            null);

    assertThat(plain(large).detail()).isEqualTo("200 OK, body matches");
  }

  @Test
  void shouldSendABodyAndEveryMethod() throws Exception {
    Expectation created = Expectation.of(List.of(HttpSettings.StatusRange.of("2xx")), null);
    for (int port : new int[] {plainPort, securePort}) {
      TlsSettings by = port == securePort ? tls : null;
      String path = "/put" + port;
      assertThat(run(http2(asking(port, "PUT", path, "written", created, 0), by)).detail())
          .isEqualTo("201 Created");
      assertThat(
              run(http2(
                      asking(port, "GET", path, "", Expectation.of(List.of(ok()), "written"), 0),
                      by))
                  .detail())
          .isEqualTo("200 OK, body matches");
      assertThat(run(http2(asking(port, "HEAD", path, "", Expectation.OK, 0), by)).detail())
          .isEqualTo("200 OK");
      assertThat(run(http2(asking(port, "DELETE", path, "", created, 0), by)).detail())
          .isEqualTo("204 No Content");
    }
  }

  @Test
  void shouldFollowARedirectOnANewConnection() throws Exception {
    HttpSettings moved =
        asking(plainPort, "GET", "/moved", "", Expectation.of(List.of(ok()), "is ok"), 1);
    ProbeResult result = plain(http2(moved, null));

    assertThat(result.detail())
        .isEqualTo(
            "200 OK, body matches after a redirect to http://%s:%d/healthz"
                .formatted(ADDRESS, plainPort));
    assertThat(result.steps())
        .extracting(Step::name)
        .containsExactly("connect", "first byte", "match", "connect", "first byte", "match");
  }

  @Test
  void shouldSayThatTheServerSpeaksOnlyHttp1() throws Exception {
    assertThat(plain(http2(http(oldPort), null)).detail())
        .isEqualTo("the other side does not speak HTTP/2 on this port");
    assertThat(https(http2(http(oldSecurePort), tls)).detail())
        .isEqualTo("the server speaks none of the protocols that ALPN offered it");
  }

  @Test
  void shouldSayThatTheServerSpeaksOnlyHttp2() throws Exception {
    ProbeResult result = plain(http(plainPort));

    assertThat(result.passed()).isFalse();
    assertThat(result.detail()).startsWith("the answer is not HTTP: ");
  }

  @Test
  void shouldSayThatTheServerClosedTheConnection() throws Exception {
    HttpSettings forbidden = asking(plainPort, "GET", "/forbidden", "", Expectation.OK, 0);

    assertThat(plain(http2(forbidden, null)).detail())
        .isIn(
            "connection closed while waiting for the status line",
            "stream reset by the server, PROTOCOL_ERROR");
  }

  @Test
  void shouldTimeOutOnASilentServer() throws Exception {
    try (ScriptedBackend silent = ScriptedBackend.on(ADDRESS, socket -> Thread.sleep(60_000))) {
      assertThat(Probing.run("http", http2(http(silent.port()), null), ADDRESS, BRIEF).detail())
          .isEqualTo("timed out after 300 ms while waiting for the status line");
    }
  }

  private static HttpSettings.StatusRange ok() {
    return HttpSettings.StatusRange.OK;
  }

  private static ProbeResult run(HttpSettings settings) throws InterruptedException {
    return settings.tls() == null ? plain(settings) : https(settings);
  }

  private static ProbeResult plain(HttpSettings settings) throws InterruptedException {
    return Probing.run("http", settings, ADDRESS, PATIENT);
  }

  private static ProbeResult https(HttpSettings settings) throws InterruptedException {
    return Probing.run("https", settings, ADDRESS, PATIENT);
  }
}
