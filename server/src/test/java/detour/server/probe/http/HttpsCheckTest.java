package detour.server.probe.http;

import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.Certificates;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import detour.server.probe.http.HttpSettings.StatusRange;
import detour.server.probe.tls.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpsCheckTest {
  private static final String ADDRESS = "127.0.0.23";
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private static Certificates.Pair good;
  private static Certificates.Pair expired;
  private static Certificates.Pair future;

  private final List<String> serverNames = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void makeCertificates(@TempDir Path folder) throws Exception {
    Certificates certificates = new Certificates(folder);
    good = certificates.selfSigned("a.example", "dns:a.example,ip:" + ADDRESS, "-1d", 3650);
    expired = certificates.selfSigned("old.example", "dns:a.example", "-13d", 10);
    future = certificates.selfSigned("new.example", "dns:a.example", "+10d", 10);
  }

  @Test
  void shouldPassWithATrustedCertificateForTheHost() throws Exception {
    try (ScriptedBackend backend = backend(good)) {
      ProbeResult result = probe(backend, "a.example", trusting(good), PATIENT);

      assertThat(result.detail()).isEqualTo("200 OK");
      assertThat(result.passed()).isTrue();
      assertThat(result.steps())
          .extracting(Step::name)
          .containsExactly("connect", "handshake", "first byte", "match");
      assertThat(serverNames).containsExactly("a.example");
      assertThat(backend.requests().getFirst()).containsIgnoringCase("\r\nhost: a.example\r\n");
    }
  }

  @Test
  void shouldVerifyAnAddressAndSendNoServerNameForIt() throws Exception {
    try (ScriptedBackend backend = backend(good)) {
      ProbeResult result = probe(backend, null, trusting(good), PATIENT);

      assertThat(result.detail()).isEqualTo("200 OK");
      assertThat(serverNames).isEmpty();
    }
  }

  @Test
  void shouldPreferTheServerNameToTheHost() throws Exception {
    TlsSettings tls = new TlsSettings(true, good.pem(), "a.example");
    try (ScriptedBackend backend = backend(good)) {
      assertThat(probe(backend, "front.example:8443", tls, PATIENT).detail()).isEqualTo("200 OK");
      assertThat(serverNames).containsExactly("a.example");
      assertThat(backend.requests().getFirst())
          .containsIgnoringCase("\r\nhost: front.example:8443\r\n");
    }
  }

  @Test
  void shouldSayWhomACertificateIsFor() throws Exception {
    try (ScriptedBackend backend = backend(good)) {
      ProbeResult result = probe(backend, "b.example", trusting(good), PATIENT);

      assertThat(result.passed()).isFalse();
      assertThat(result.detail())
          .isEqualTo("certificate is for a.example, " + ADDRESS + ", not b.example");
      assertThat(result.steps()).extracting(Step::name).containsExactly("connect", "handshake");
    }
  }

  @Test
  void shouldSayThatACertificateExpired() throws Exception {
    try (ScriptedBackend backend = backend(expired)) {
      assertThat(probe(backend, "a.example", trusting(expired), PATIENT).detail())
          .isEqualTo("certificate expired 3 days ago (CN=old.example)");
    }
  }

  @Test
  void shouldSayThatACertificateIsNotYetValid() throws Exception {
    try (ScriptedBackend backend = backend(future)) {
      assertThat(probe(backend, "a.example", trusting(future), PATIENT).detail())
          .startsWith("certificate is not valid before 20")
          .endsWith("(CN=new.example)");
    }
  }

  @Test
  void shouldSayThatACertificateIsNotTrusted() throws Exception {
    try (ScriptedBackend backend = backend(good)) {
      assertThat(probe(backend, "a.example", TlsSettings.DEFAULT, PATIENT).detail())
          .isEqualTo("certificate is self-signed and not trusted (CN=a.example)");
    }
  }

  @Test
  void shouldAcceptAnyCertificateWhenToldNotToVerify() throws Exception {
    TlsSettings careless = new TlsSettings(false, null, null);
    for (Certificates.Pair pair : List.of(good, expired, future)) {
      try (ScriptedBackend backend = backend(pair)) {
        assertThat(probe(backend, "b.example", careless, PATIENT).detail()).isEqualTo("200 OK");
      }
    }
    assertThat(serverNames).containsExactly("b.example", "b.example", "b.example");
  }

  @Test
  void shouldSayThatThePortDoesNotSpeakTls() throws Exception {
    try (ScriptedBackend backend =
        ScriptedBackend.on(
            ADDRESS, socket -> ScriptedBackend.send(socket, "never sent to half a request"))) {
      // The backend waits for the end of an HTTP head, which a TLS greeting is not.
      TlsSettings careless = new TlsSettings(false, null, null);
      assertThat(probe(backend, "a.example", careless, Duration.ofSeconds(3)).detail())
          .isEqualTo("timed out after 3 s while shaking hands for TLS");
    }
    try (ServerSocket listener = ScriptedBackend.listener(ADDRESS)) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = listener.accept()) {
              ScriptedBackend.send(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
              socket.getInputStream().readAllBytes();
            } catch (IOException e) {
              // The probe went away.
            }
          });
      assertThat(
              Probing.run(
                      "https",
                      settings(listener.getLocalPort(), "a.example", TlsSettings.DEFAULT),
                      ADDRESS,
                      PATIENT)
                  .detail())
          .isEqualTo("the other side does not speak TLS on this port");
    }
  }

  private static TlsSettings trusting(Certificates.Pair pair) {
    return new TlsSettings(true, pair.pem(), null);
  }

  private static ProbeResult probe(
      ScriptedBackend backend, @Nullable String host, TlsSettings tls, Duration timeout)
      throws InterruptedException {
    return Probing.run("https", settings(backend.port(), host, tls), ADDRESS, timeout);
  }

  private static HttpSettings settings(int port, @Nullable String host, TlsSettings tls) {
    return new HttpSettings(port, "/", host, "GET", Map.of(), List.of(StatusRange.OK), null, tls);
  }

  private ScriptedBackend backend(Certificates.Pair pair) throws Exception {
    SSLServerSocket listener =
        (SSLServerSocket)
            pair.serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getByName(ADDRESS));
    return new ScriptedBackend(
        listener,
        socket -> {
          ExtendedSSLSession session = (ExtendedSSLSession) ((SSLSocket) socket).getSession();
          for (SNIServerName name : session.getRequestedServerNames()) {
            serverNames.add(new String(name.getEncoded(), StandardCharsets.US_ASCII));
          }
          ScriptedBackend.send(socket, OK);
        });
  }
}
