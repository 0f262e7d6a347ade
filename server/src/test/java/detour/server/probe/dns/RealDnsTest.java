package detour.server.probe.dns;

import static detour.server.probe.Probing.BRIEF;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.server.FreePort;
import detour.server.probe.ProbeResult;
import detour.server.probe.Probing;
import detour.server.probe.RealPeer;
import detour.server.probe.dns.DnsSettings.Expected;
import detour.server.probe.dns.DnsSettings.Transport;
import detour.server.probe.dns.DnsSettings.Truncated;
import detour.server.probe.tls.TlsSettings;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Type;

/// Against Knot, which is authoritative, and Unbound, which resolves and speaks TLS.
class RealDnsTest {
  private static final String ADDRESS = "127.0.0.33";

  @TempDir private Path folder;

  @Test
  void shouldSeeWhatKnotAnswers() throws Exception {
    int port = FreePort.next();
    try (RealPeer knot = startKnot(port)) {
      awaitOpen(port, knot);
      for (Transport transport : List.of(Transport.UDP, Transport.TCP)) {
        assertThat(
                detail(
                    port,
                    transport,
                    "www.example.org.",
                    DnsChecks.addresses(true, "192.0.2.2", "192.0.2.1")))
            .startsWith("NOERROR with 192.0.2.");
        assertThat(
                detail(port, transport, "www.example.org.", DnsChecks.addresses(true, "192.0.2.1")))
            .isEqualTo("NOERROR with 192.0.2.2, which is not expected");
        assertThat(detail(port, transport, "www.example.org.", AUTHORITATIVE))
            .startsWith("NOERROR with 192.0.2.");
        assertThat(detail(port, transport, "alias.example.org.", DnsChecks.ANY))
            .startsWith("NOERROR with 192.0.2.");
        assertThat(detail(port, transport, "absent.example.org.", DnsChecks.ANY))
            .isEqualTo("NXDOMAIN, expected NOERROR");
        assertThat(detail(port, transport, "absent.example.org.", DnsChecks.expected("NXDOMAIN")))
            .isEqualTo("NXDOMAIN");
        assertThat(detail(port, transport, "mail.example.org.", DnsChecks.ANY))
            .isEqualTo("NOERROR with no A records, expected at least 1");
        assertThat(detail(port, transport, "www.broken.example.", DnsChecks.ANY))
            .isEqualTo("SERVFAIL, expected NOERROR");
        assertThat(detail(port, transport, "www.elsewhere.example.", DnsChecks.ANY))
            .isEqualTo("REFUSED, expected NOERROR");
      }
      assertThat(mail(port, Type.MX, "10 MAIL.example.org.").passed()).isTrue();
      assertThat(mail(port, Type.TXT, "\"" + "x".repeat(250) + "\"").detail())
          .isEqualTo("NOERROR, cut to fit into a datagram (TC)");
      knot.suspend(true);
      assertThat(
              Probing.run(
                      "dns",
                      DnsChecks.settings(port, Transport.UDP, "www.example.org.", DnsChecks.ANY),
                      ADDRESS,
                      BRIEF)
                  .detail())
          .isEqualTo("timed out after 300 ms while waiting for the answer");
      knot.suspend(false);
    }
  }

  @Test
  void shouldAskUnboundOverTls() throws Exception {
    Path key = folder.resolve("key.pem");
    Path certificate = folder.resolve("certificate.pem");
    RealPeer.run(
        RealPeer.require("openssl"),
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        key.toString(),
        "-out",
        certificate.toString(),
        "-days",
        "10",
        "-subj",
        "/CN=dns.example",
        "-addext",
        "subjectAltName=DNS:dns.example");
    int port = FreePort.next();
    try (RealPeer unbound = startUnbound(port, key, certificate)) {
      awaitOpen(port, unbound);

      ProbeResult good = overTls(port, new TlsSettings(true, certificate, "dns.example"));
      assertThat(good.detail()).isEqualTo("NOERROR with 192.0.2.1");
      assertThat(good.steps())
          .extracting(ProbeResult.Step::name)
          .containsExactly("connect", "handshake", "answer");
      assertThat(overTls(port, new TlsSettings(true, certificate, "other.example")).detail())
          .isEqualTo("certificate is for dns.example, not other.example");
      assertThat(overTls(port, TlsSettings.DEFAULT).detail())
          .isEqualTo("certificate is self-signed and not trusted (CN=dns.example)");
      assertThat(detail(port, Transport.TCP, "www.example.org.", DnsChecks.ANY))
          .endsWith("while waiting for the answer");
    }
  }

  private static final Expected AUTHORITATIVE =
      new Expected(List.of(0), List.of(), false, 1, true, Truncated.FAIL);

  private static String detail(int port, Transport transport, String name, Expected expected)
      throws InterruptedException {
    return DnsChecks.run(DnsChecks.settings(port, transport, name, expected), ADDRESS).detail();
  }

  private static ProbeResult mail(int port, int type, String data) throws InterruptedException {
    Expected expected =
        new Expected(
            List.of(0), List.of(DnsChecks.data(type, data)), false, 1, false, Truncated.FAIL);
    return DnsChecks.run(
        new DnsSettings(
            port, Transport.UDP, "mail.example.org.", type, false, expected, TlsSettings.DEFAULT),
        ADDRESS);
  }

  private static ProbeResult overTls(int port, TlsSettings tls) throws InterruptedException {
    return DnsChecks.run(
        new DnsSettings(port, Transport.TLS, "www.example.org.", Type.A, true, DnsChecks.ANY, tls),
        ADDRESS);
  }

  private RealPeer startKnot(int port) throws IOException {
    String knot = RealPeer.require("knotd");
    StringBuilder texts = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      texts.append("mail TXT \"").append(i).append("x".repeat(240)).append("\"\n");
    }
    Files.writeString(
        folder.resolve("example.org.zone"),
        """
        $ORIGIN example.org.
        $TTL 60
        @ SOA ns hostmaster 1 3600 600 86400 60
        @ NS ns
        ns A %s
        www A 192.0.2.1
        www A 192.0.2.2
        alias CNAME www
        mail MX 10 mail
        """
                .formatted(ADDRESS)
            + texts);
    Path configuration =
        Files.writeString(
            folder.resolve("knot.conf"),
            """
            server:
                rundir: "%1$s"
                listen: %2$s@%3$d
            database:
                storage: "%1$s"
            log:
              - target: stderr
                any: warning
            zone:
              - domain: example.org
                storage: "%1$s"
                file: example.org.zone
              - domain: broken.example
                storage: "%1$s"
                file: missing.zone
            """
                .formatted(folder, ADDRESS, port));
    return RealPeer.start(folder, knot, "-c", configuration.toString());
  }

  private RealPeer startUnbound(int port, Path key, Path certificate) throws IOException {
    String unbound = RealPeer.require("unbound");
    Path configuration =
        Files.writeString(
            folder.resolve("unbound.conf"),
            """
            server:
                username: ""
                chroot: ""
                directory: "%1$s"
                pidfile: "%1$s/unbound.pid"
                use-syslog: no
                num-threads: 1
                interface: %2$s@%3$d
                tls-port: %3$d
                tls-service-key: "%4$s"
                tls-service-pem: "%5$s"
                access-control: 127.0.0.0/8 allow
                module-config: "iterator"
                local-zone: "example.org." static
                local-data: "www.example.org. A 192.0.2.1"
            remote-control:
                control-enable: no
            """
                .formatted(folder, ADDRESS, port, key, certificate));
    return RealPeer.start(folder, unbound, "-d", "-c", configuration.toString());
  }

  private static void awaitOpen(int port, RealPeer peer) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> {
          try (Socket socket = new Socket(ADDRESS, port)) {
            assertThat(socket.isConnected()).as(peer.printed()).isTrue();
          } catch (IOException refused) {
            throw new AssertionError(peer.printed(), refused);
          }
        });
  }
}
