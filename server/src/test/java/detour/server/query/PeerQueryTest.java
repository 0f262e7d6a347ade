package detour.server.query;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.FreePort;
import detour.server.probe.Certificates;
import detour.server.probe.PeerProcess;
import detour.server.query.QuerySettings.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Against servers of others: BIND with TLS and cookies of its own, Knot, NSD.
@Timeout(120)
class PeerQueryTest {
  private static final String ADDRESS = "127.0.0.1";
  private static final String ZONE =
      """
      $TTL 300
      @    SOA ns1 hostmaster 7 3600 900 1209600 60
           NS  ns1
      ns1  A   127.0.0.1
      www  A   192.0.2.1
           A   192.0.2.2
           AAAA 2001:db8::1
           HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1
      mail MX  10 www
      """
          + IntStream.rangeClosed(1, 40)
              .mapToObj(
                  i -> "big TXT \"number " + i + " of many that do not fit into one datagram\"\n")
              .collect(Collectors.joining());

  @TempDir private Path folder;

  @Test
  void shouldShowAllThatBindSays() throws Exception {
    int port = FreePort.next();
    int tlsPort = FreePort.next();
    new Certificates(folder)
        .selfSigned("ns1.example.org", "dns:ns1.example.org,ip:127.0.0.1", "-1d", 10)
        .writeAsPem(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    Path configuration =
        write(
            "named.conf",
            """
            tls own { key-file "%1$s/key.pem"; cert-file "%1$s/cert.pem"; };
            options {
              directory "%1$s";
              pid-file "%1$s/named.pid";
              session-keyfile "%1$s/session.key";
              listen-on port %2$d { 127.0.0.1; };
              listen-on port %3$d tls own { 127.0.0.1; };
              listen-on-v6 { none; };
              recursion no;
              server-id "bind 1";
              require-server-cookie yes;
            };
            controls { };
            zone "example.org" { type primary; file "example.org.zone"; };
            """
                .formatted(folder, port, tlsPort));
    List<String> command = List.of("named", "-g", "-c", configuration.toString());
    try (PeerProcess _ = PeerProcess.start(folder, ADDRESS, port, command)) {
      EdnsSettings edns = edns(QueryClient.newClientCookie());
      QueryReport www = ask(port, Transport.UDP, edns, null, "www.example.org", "A");
      assertThat(www.rcode()).isEqualTo("NOERROR");
      assertThat(www.flags()).containsExactly("qr", "aa", "rd");
      assertThat(www.answer()).extracting("data").contains("192.0.2.1", "192.0.2.2");
      assertThat(www.remarks())
          .containsExactly("the server wanted its cookie (BADCOOKIE): asked again with it");
      assertThat(option(www, "NSID").text()).isEqualTo("bind 1");
      assertThat(option(www, "COOKIE").text()).contains(", server cookie 01000000");

      QueryReport big = ask(port, Transport.UDP, edns, null, "big.example.org", "TXT");
      assertThat(big.transport()).isEqualTo("TCP");
      assertThat(big.answer()).hasSize(40);
      assertThat(big.remarks()).contains("the answer over UDP was truncated: asked again over TCP");

      Path authority = folder.resolve("cert.pem");
      QueryReport secured =
          ask(tlsPort, Transport.TLS, edns, authority, "www.example.org", "HTTPS");
      assertThat(secured.tls())
          .startsWith("TLS 1.3")
          .endsWith("certificate CN=ns1.example.org, checked");
      assertThat(option(secured, "KEEPALIVE").text()).isEqualTo("connections may idle for 30.0 s");
      assertThat(secured.answer().getFirst().data()).startsWith("1 . alpn=\"h2\"");
    }
  }

  @Test
  void shouldShowAllThatKnotSays() throws Exception {
    int port = FreePort.next();
    Path configuration =
        write(
            "knot.conf",
            """
            server:
                rundir: %1$s
                listen: 127.0.0.1@%2$d
                nsid: knot1
            database:
                storage: %1$s
            template:
              - id: default
                storage: %1$s
            zone:
              - domain: example.org
                file: example.org.zone
            """
                .formatted(folder, port));
    List<String> command = List.of("knotd", "-c", configuration.toString());
    try (PeerProcess _ = PeerProcess.start(folder, ADDRESS, port, command)) {
      QueryReport report = ask(port, Transport.TCP, edns(null), null, "mail.example.org", "MX");
      assertThat(report.answer()).extracting("data").containsExactly("10 www.example.org.");
      assertThat(report.additional()).extracting("type").contains("A", "AAAA");
      assertThat(option(report, "NSID").text()).isEqualTo("knot1");
      QueryReport missing = ask(port, Transport.UDP, edns(null), null, "no.example.org", "A");
      assertThat(missing.rcode()).isEqualTo("NXDOMAIN");
      assertThat(missing.authority().getFirst().type()).isEqualTo("SOA");
      assertThat(missing.hasData()).isFalse();
      QueryReport plain = ask(port, Transport.UDP, null, null, "www.example.org", "A");
      assertThat(plain.edns()).isNull();
      assertThat(plain.remarks()).isEmpty();
    }
  }

  @Test
  void shouldShowAllThatNsdSays() throws Exception {
    int port = FreePort.next();
    Path configuration =
        write(
            "nsd.conf",
            """
            server:
                ip-address: 127.0.0.1@%2$d
                username: ""
                zonesdir: "%1$s"
                database: ""
                pidfile: "%1$s/nsd.pid"
                xfrdfile: "%1$s/xfrd.state"
                xfrdir: "%1$s"
                zonelistfile: "%1$s/zone.list"
                nsid: "ascii_nsd1"
                server-count: 1
            remote-control:
                control-enable: no
            zone:
                name: example.org
                zonefile: example.org.zone
            """
                .formatted(folder, port));
    List<String> command = List.of("nsd", "-d", "-c", configuration.toString());
    try (PeerProcess _ = PeerProcess.start(folder, ADDRESS, port, command)) {
      QueryReport report = ask(port, Transport.UDP, edns(null), null, "www.example.org", "AAAA");
      assertThat(report.answer()).extracting("data").containsExactly("2001:db8::1");
      assertThat(option(report, "NSID").text()).isEqualTo("nsd1");
    }
  }

  private Path write(String name, String text) throws Exception {
    Files.writeString(folder.resolve("example.org.zone"), ZONE);
    return Files.writeString(folder.resolve(name), text);
  }

  private static EdnsSettings edns(byte @Nullable [] cookie) {
    return new EdnsSettings(1232, false, true, true, true, cookie, null, false);
  }

  private static OptionReport option(QueryReport report, String name) {
    return requireNonNull(report.edns()).options().stream()
        .filter(option -> option.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(report.edns()));
  }

  private static QueryReport ask(
      int port,
      Transport transport,
      @Nullable EdnsSettings edns,
      @Nullable Path authority,
      String name,
      String type)
      throws QueryFailed {
    QuerySettings settings =
        new QuerySettings(
            new Target(new InetSocketAddress(InetAddress.ofLiteral(ADDRESS), port), ADDRESS),
            transport,
            true,
            true,
            Duration.ofSeconds(10),
            3,
            edns,
            new QuerySettings.Tls(authority, ""));
    return new QueryClient(settings).ask(Question.parse(name, type, "IN"));
  }
}
