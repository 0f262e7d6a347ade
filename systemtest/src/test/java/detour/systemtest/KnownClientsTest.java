package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// What depends on who asks: limits of a network's responses, clients behind a balancer, cookies.
class KnownClientsTest {
  private static final String HOST = "host.example.com";
  private static final String ADDRESS = "192.0.2.1";
  private static final String ZONE =
      """
      $TTL 60
      @    IN SOA ns1 hostmaster ( 1 7200 900 1209600 300 )
      @    IN NS  ns1
      ns1  IN A   192.0.2.53
      host IN A   192.0.2.1
      """;
  private static final String CONFIGURATION =
      "zones: [ { name: example.com, file: example.com.zone } ]\n";

  private static final String LIMITED = "detour_dns_rate_limited_total";
  private static final String SLIPPED = "detour_dns_rate_limit_slipped_total";

  /// Answers about one name in a second, for one prefix.
  private static final int LIMIT = 10;

  /// So few that nobody meets the limit who asks three times so many.
  private static final int FEW = 3;

  /// So few at a time that no buffer overflows, and so often that a limit is met for long.
  private static final int BATCH = 40;

  private static final int BATCHES = 10;

  /// The first address of the stage's second /24.
  private static final int ELSEWHERE = 255;

  @RegisterExtension final Stage stage = Stage.forEachTest();

  @Test
  void shouldLimitWhatAFloodedNetworkGetsUntilToldNotTo() {
    DetourServer server = server("", limits("slip: 2"));
    String source = stage.address(1);
    try (Flood flood = new Flood(source, server.dnsPort(), HOST)) {
      for (int i = 1; i <= BATCHES; i++) {
        flood(server, flood, i * BATCH);
      }
      shouldAnswerInFull(server.dns());
      shouldAnswerInFull(
          new DnsClient("127.0.0.1", server.dnsPort()).from(stage.address(ELSEWHERE)));
      long limited = server.counted(LIMITED);
      long slipped = server.counted(SLIPPED);
      int sent = BATCHES * BATCH;
      assertThat(limited).isPositive().isLessThanOrEqualTo(sent - LIMIT);
      assertThat(slipped).isPositive().isLessThan(limited);
      awaitRead(flood, sent - (int) limited, (int) slipped);

      Awaitility.await("dig to be told to come over TCP")
          .atMost(DetourServer.PATIENCE)
          .untilAsserted(() -> {
            flood.ask(BATCH);
            assertThat(Dig.DIG.ask(server.dnsPort(), "-b", source, "+time=1", HOST, "A"))
                .contains("retrying in TCP", ADDRESS);
          });
    }

    server.listen("rate_limit: off");
    server.configure(CONFIGURATION);
    server.cli("reload").requireSuccess();

    try (Flood flood = new Flood(source, server.dnsPort(), HOST)) {
      for (int i = 1; i <= BATCHES; i++) {
        flood.ask(BATCH);
        awaitRead(flood, i * BATCH, 0);
      }
    }
  }

  /// The proxy has an address of its own here, so whoever asks directly is nobody's client.
  @Test
  void shouldKnowTheClientsOfDnsdist() {
    String balancer = stage.address(2);
    DetourServer server =
        server("", limits("slip: 1") + ", proxy_protocol: { from: \"" + balancer + "\" }");
    int port = dnsdist(server, balancer);
    Awaitility.await("dnsdist to answer")
        .atMost(DetourServer.PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() -> shouldAnswerInFull(new DnsClient("127.0.0.1", port)));
    String source = stage.address(ELSEWHERE);

    try (Flood flood = new Flood(source, port, HOST)) {
      for (int i = 1; i <= BATCHES; i++) {
        flood.ask(BATCH);
        int all = i * BATCH;
        Awaitility.await("the responses to the flood")
            .atMost(DetourServer.PATIENCE)
            .until(() -> flood.readAll().answered() + flood.truncated() == all);
      }
      assertThat(flood.truncated()).isPositive();
      shouldAnswerInFull(new DnsClient("127.0.0.1", port));
      shouldAnswerInFull(new DnsClient("127.0.0.1", port).from(stage.address(1)));
      assertThat(Dig.DIG.ask(port, "-b", source, "+tcp", "+short", HOST, "A").strip())
          .isEqualTo(ADDRESS);
    }
    shouldAnswerInFull(server.dns());
    assertThat(server.counted("detour_proxy_headers_missing_total")).isZero();
    assertThat(server.counted("detour_proxy_headers_malformed_total")).isZero();
    try (Flood headerless = new Flood(balancer, server.dnsPort(), HOST)) {
      headerless.ask(BATCH);
      server.awaitCounted("detour_proxy_headers_missing_total", BATCH);
      assertThat(headerless.readAll().answered()).isZero();
    }
  }

  /// RFC 7873 and RFC 9018, as dig has them.
  @Test
  void shouldKnowTheCookiesOfAServerWithTheSameSecret() {
    stage.file("shared", "0123456789abcdef0123456789abcdef\n");
    stage.file("other", "fedcba9876543210fedcba9876543210\n");
    DetourServer maker = server(cookies("shared"), "");
    DetourServer sharing = server(cookies("shared"), "");
    DetourServer stranger = server(cookies("other"), "");

    String first = Dig.DIG.ask(maker.dnsPort(), "+cookie", "+nobadcookie", HOST, "A");
    assertThat(first).contains("status: BADCOOKIE");
    String cookie = "+cookie=" + goodCookie(first);

    for (DetourServer server : List.of(maker, sharing)) {
      String printed = Dig.DIG.ask(server.dnsPort(), cookie, "+nobadcookie", HOST, "A");
      assertThat(printed).contains("status: NOERROR", ADDRESS);
      assertThat(goodCookie(printed)).hasSize(48);
    }
    assertThat(Dig.DIG.ask(stranger.dnsPort(), cookie, "+nobadcookie", HOST, "A"))
        .contains("status: BADCOOKIE");
    assertThat(Dig.DIG.shortly(stranger.dnsPort(), cookie, HOST, "A")).containsExactly(ADDRESS);
  }

  private static String cookies(String file) {
    return "cookies: { mode: required, secret_file: " + file + " }";
  }

  private static String goodCookie(String printed) {
    Matcher cookie = Pattern.compile("COOKIE: ([0-9a-f]+) \\(good\\)").matcher(printed);
    assertThat(cookie.find()).as(printed).isTrue();
    return cookie.group(1);
  }

  private static String limits(String more) {
    return "rate_limit: { answers: %d, burst: 1s, exempt: [], %s }".formatted(LIMIT, more);
  }

  private DetourServer server(String node, String listen) {
    stage.file("example.com.zone", ZONE);
    DetourServer server = stage.unstartedServer("");
    if (!node.isEmpty()) {
      server.node(node);
    }
    if (!listen.isEmpty()) {
      server.listen(listen);
    }
    server.configure(CONFIGURATION);
    server.start();
    return server;
  }

  /// Asks once more, and waits until everything is answered, truncated or left out.
  ///
  /// @param sent so much by then
  private static void flood(DetourServer server, Flood flood, int sent) {
    long before = handled(server);
    flood.ask(BATCH);
    Awaitility.await(sent + " queries to be dealt with")
        .atMost(DetourServer.PATIENCE)
        .until(() -> handled(server) == before + BATCH);
    flood.readAll();
  }

  /// A response that was left out is counted as limited only.
  private static long handled(DetourServer server) {
    return server.counted("detour_dns_queries_total")
        + server.counted(LIMITED)
        - server.counted(SLIPPED);
  }

  private static void awaitRead(Flood flood, int answered, int truncated) {
    Awaitility.await("the responses to the flood")
        .atMost(DetourServer.PATIENCE)
        .untilAsserted(() -> {
          assertThat(flood.readAll().answered()).isEqualTo(answered);
          assertThat(flood.truncated()).isEqualTo(truncated);
        });
  }

  private static void shouldAnswerInFull(DnsClient client) {
    for (int i = 0; i < FEW; i++) {
      Message answer = client.ask(HOST, Type.A);
      assertThat(answer.getHeader().getFlag(Flags.TC)).isFalse();
      assertThat(DnsClient.addresses(answer)).containsExactly(ADDRESS);
    }
  }

  /// Starts one; its health checks tell that they are its own.
  ///
  /// @return the port of 127.0.0.1 that it listens on
  private int dnsdist(DetourServer server, String address) {
    int port = Ports.free();
    Path configuration =
        stage.file(
            "dnsdist.conf",
            """
            setLocal("127.0.0.1:%d")
            newServer({address="127.0.0.1:%d", source="%s", useProxyProtocol=true,
              checkName="ns1.example.com.", mustResolve=true})
            """
                .formatted(port, server.dnsPort(), address));
    Daemon dnsdist =
        stage.closing(
            new Daemon(
                List.of(
                    Peers.require("dnsdist"),
                    "--supervised",
                    "--disable-syslog",
                    "-C",
                    configuration.toString()),
                stage.directory().resolve("dnsdist.log")));
    stage.showing(dnsdist::log);
    dnsdist.start();
    return port;
  }
}
