package detour.server.query;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.probe.Certificates;
import detour.server.query.QueryFailed.Kind;
import detour.server.query.QuerySettings.Transport;
import detour.server.query.ScriptedServer.Script;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TcpKeepaliveOption;

/// Every way in which a server may answer, or not.
@Timeout(60)
class QueryClientTest {
  private static final Question QUESTION = Question.parse("www.example.com", "A", "IN");
  private static final Script SILENT = (_, _) -> List.of();
  private static final Script GOOD =
      (query, _) -> List.of(Answers.address(query, "192.0.2.1").toWire());
  private static final Script GOOD_STREAM =
      (query, _) -> List.of(Answers.framed(Answers.address(query, "192.0.2.7").toWire()));
  private static final EdnsSettings PLAIN =
      new EdnsSettings(1232, false, false, false, false, null, null, false);

  @TempDir private Path folder;

  @Test
  void shouldReportWhatCame() throws Exception {
    try (ScriptedServer server = new ScriptedServer(GOOD, SILENT)) {
      QueryReport report = ask(server, Transport.UDP, null);

      assertThat(report.rcode()).isEqualTo("NOERROR");
      assertThat(report.flags()).containsExactly("qr", "aa");
      assertThat(report.answer())
          .containsExactly(
              new QueryReport.RecordReport("www.example.com.", 30, "IN", "A", "192.0.2.1"));
      assertThat(report.server()).isEqualTo(server.at().substring(1));
      assertThat(report.edns()).isNull();
      assertThat(report.octets()).isEqualTo(49);
      assertThat(report.remarks()).isEmpty();
      assertThat(server.queries().getFirst().getOPT()).isNull();
    }
  }

  @Test
  void shouldPassOverWhatDoesNotAnswer() throws Exception {
    Script noisy =
        (query, _) -> {
          byte[] answer = Answers.address(query, "192.0.2.1").toWire();
          byte[] forged = answer.clone();
          forged[0] ^= 1;
          return List.of(new byte[] {1, 2}, forged, query.toWire(), answer);
        };
    try (ScriptedServer server = new ScriptedServer(noisy, SILENT)) {
      assertThat(ask(server, Transport.UDP, PLAIN).remarks())
          .containsExactly(
              "2 datagrams with another ID came and were passed over",
              "a datagram shorter than a header came and was passed over",
              "the server does not speak EDNS");
    }
  }

  @Test
  void shouldAskOverTcpAfterATruncatedAnswer() throws Exception {
    Script truncated =
        (query, _) -> {
          Message answer = Answers.to(query);
          answer.getHeader().setFlag(Flags.TC);
          return List.of(answer.toWire());
        };
    try (ScriptedServer server = new ScriptedServer(truncated, GOOD_STREAM)) {
      QueryReport report = ask(server, Transport.UDP, null);

      assertThat(report.transport()).isEqualTo("TCP");
      assertThat(report.answer()).extracting("data").containsExactly("192.0.2.7");
      assertThat(report.remarks())
          .containsExactly("the answer over UDP was truncated: asked again over TCP");
      assertThat(report.connectMilliseconds()).isNotNull();
    }
  }

  @Test
  void shouldAskAgainWhileNothingComes() throws Exception {
    Script late = (query, number) -> number < 3 ? List.of() : GOOD.answers(query, number);
    try (ScriptedServer server = new ScriptedServer(late, SILENT)) {
      assertThat(ask(server, Transport.UDP, null).remarks()).containsExactly("answered at try 3");
    }
  }

  @Test
  void shouldSayThatNothingCame() throws Exception {
    try (ScriptedServer server = new ScriptedServer(SILENT, SILENT)) {
      fails(
          Kind.NO_ANSWER,
          "no answer from %s over UDP within 300 ms, in each of 3 tries",
          server,
          Transport.UDP);
    }
  }

  @Test
  void shouldSayWhatCameInsteadOfAnAnswer() throws Exception {
    Script forged = (query, _) -> List.of(query.toWire());
    try (ScriptedServer server = new ScriptedServer(forged, SILENT)) {
      assertThatThrownBy(() -> client(server, Transport.UDP, null, 1).ask(QUESTION))
          .hasMessageEndingWith("; a datagram with another ID came and was passed over");
    }
  }

  @Test
  void shouldSayThatNobodyListens() throws Exception {
    InetSocketAddress nobody;
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.43"))) {
      nobody = (InetSocketAddress) socket.getLocalSocketAddress();
    }
    Target target = new Target(nobody, "127.0.0.43");

    assertFails(
        () -> new QueryClient(settings(target, Transport.UDP, null, 3)).ask(QUESTION),
        Kind.REFUSED,
        "nothing listens on " + target + " over UDP");
    assertFails(
        () -> new QueryClient(settings(target, Transport.TCP, null, 3)).ask(QUESTION),
        Kind.REFUSED,
        target + " refuses connections over TCP");
  }

  @Test
  void shouldSayThatAnAnswerCannotBeRead() throws Exception {
    Script broken =
        (query, _) -> {
          byte[] answer = Answers.address(query, "192.0.2.1").toWire();
          return List.of(Arrays.copyOf(answer, answer.length - 3));
        };
    try (ScriptedServer server = new ScriptedServer(broken, SILENT)) {
      fails(
          Kind.MALFORMED,
          "the answer of 46 octets cannot be read: truncated record",
          server,
          Transport.UDP);
    }
  }

  @Test
  void shouldSayThatAnotherQuestionIsAnswered() throws Exception {
    Script other =
        (query, _) -> {
          Message wrong = new Message(query.getHeader().getID());
          wrong.getHeader().setFlag(Flags.QR);
          wrong.addRecord(Question.parse("other.example.com", "MX", "IN").record(), 0);
          return List.of(wrong.toWire());
        };
    try (ScriptedServer server = new ScriptedServer(other, SILENT)) {
      fails(
          Kind.MALFORMED,
          "the answer is to another question: other.example.com. MX",
          server,
          Transport.UDP);
    }
  }

  @Test
  void shouldRemarkThatTheQuestionIsMissing() throws Exception {
    Script bare =
        (query, _) -> {
          Message answer = new Message(query.getHeader().getID());
          answer.getHeader().setFlag(Flags.QR);
          answer.getHeader().setRcode(Rcode.FORMERR);
          return List.of(answer.toWire());
        };
    try (ScriptedServer server = new ScriptedServer(bare, SILENT)) {
      QueryReport report = ask(server, Transport.UDP, null);

      assertThat(report.rcode()).isEqualTo("FORMERR");
      assertThat(report.remarks()).containsExactly("the answer does not repeat the question");
      assertThat(report.hasData()).isFalse();
    }
  }

  static Stream<Arguments> brokenStreams() {
    return Stream.of(
        of(SILENT, Kind.CLOSED, "%s closed the connection over TCP without an answer"),
        of(
            (_, _) -> List.of(new byte[] {0, 50, 1, 2, 3}),
            Kind.CLOSED,
            "%s closed the connection over TCP after 3 of 50 octets of its answer"),
        of(
            (_, _) -> List.of(new byte[] {0, 2, 1, 2}),
            Kind.MALFORMED,
            "the answer of %s has 2 octets; a header has 12"),
        of(
            (query, _) -> {
              Message answer = Answers.to(query);
              answer.getHeader().setID(query.getHeader().getID() ^ 1);
              return List.of(Answers.framed(answer.toWire()));
            },
            Kind.MALFORMED,
            "the answer of %s has the ID"));
  }

  private static Arguments of(Script script, Kind kind, String message) {
    return Arguments.of(script, kind, message);
  }

  @ParameterizedTest
  @MethodSource("brokenStreams")
  void shouldSayWhatIsWrongWithAStream(Script script, Kind kind, String message) throws Exception {
    try (ScriptedServer server = new ScriptedServer(SILENT, script)) {
      fails(kind, message, server, Transport.TCP);
    }
  }

  /// RFC 7873 section 5.3.
  @Test
  void shouldComeBackWithTheCookieThatTheServerGave() throws Exception {
    byte[] client = {1, 2, 3, 4, 5, 6, 7, 8};
    byte[] given = {9, 9, 9, 9, 9, 9, 9, 9};
    Script demanding =
        (query, number) ->
            List.of(
                Answers.with(
                        number == 1 ? Answers.to(query) : Answers.address(query, "192.0.2.1"),
                        number == 1 ? Rcode.BADCOOKIE : Rcode.NOERROR,
                        new CookieOption(client, given))
                    .toWire());
    EdnsSettings edns = new EdnsSettings(1232, false, false, false, false, client, null, false);
    try (ScriptedServer server = new ScriptedServer(demanding, SILENT)) {
      QueryClient asking = client(server, Transport.UDP, edns, 1);
      QueryReport report = asking.ask(QUESTION);

      assertThat(report.rcode()).isEqualTo("NOERROR");
      assertThat(report.remarks())
          .containsExactly("the server wanted its cookie (BADCOOKIE): asked again with it");
      assertThat(requireNonNull(report.edns()).options().getFirst().text())
          .isEqualTo("0102030405060708, server cookie 0909090909090909");
      int _ = asking.ask(QUESTION).id();
      OPTRecord last = server.queries().getLast().getOPT();
      assertThat(((CookieOption) last.getOptions().getFirst()).getServerCookie()).hasValue(given);
    }
  }

  @Test
  void shouldNotBelieveTheCookieOfAnotherClient() throws Exception {
    byte[] client = {1, 2, 3, 4, 5, 6, 7, 8};
    Script confused =
        (query, _) ->
            List.of(
                Answers.with(
                        Answers.address(query, "192.0.2.1"),
                        Rcode.BADCOOKIE,
                        new CookieOption(new byte[8], new byte[8]))
                    .toWire());
    EdnsSettings edns = new EdnsSettings(1232, false, false, false, false, client, null, false);
    try (ScriptedServer server = new ScriptedServer(confused, SILENT)) {
      QueryReport report = ask(server, Transport.UDP, edns);

      assertThat(report.rcode()).isEqualTo("BADCOOKIE");
      assertThat(requireNonNull(report.edns()).options().getFirst().text())
          .isEqualTo("0000000000000000, NOT the client cookie that was sent");
    }
  }

  /// RFC 8467 section 4.1.
  @Test
  void shouldPadWhatIsAsked() throws Exception {
    EdnsSettings edns = new EdnsSettings(4096, true, true, true, true, null, null, true);
    try (ScriptedServer server = new ScriptedServer(GOOD, GOOD_STREAM)) {
      assertThat(ask(server, Transport.TCP, edns).queryOctets()).isEqualTo(128);
      Message query = server.queries().getFirst();
      assertThat(query.getOPT().getPayloadSize()).isEqualTo(4096);
      assertThat(query.getOPT().getFlags()).isEqualTo(0x8000);
      assertThat(query.getOPT().getOptions()).extracting("code").containsExactly(3, 19, 11, 12);
      assertThat(query.getOPT().getOptions()).hasAtLeastOneElementOfType(TcpKeepaliveOption.class);
      assertThat(query.getHeader().getFlag(Flags.RD)).isTrue();
    }
  }

  /// RFC 7828 section 3.2.1.
  @Test
  void shouldNotAskForKeepaliveOverUdp() throws Exception {
    EdnsSettings edns = new EdnsSettings(1232, false, false, false, true, null, null, false);
    try (ScriptedServer server = new ScriptedServer(GOOD, SILENT)) {
      assertThat(ask(server, Transport.UDP, edns).rcode()).isEqualTo("NOERROR");
      assertThat(server.queries().getFirst().getOPT().getOptions()).isEmpty();
    }
  }

  /// RFC 7871 section 6: no bit behind the prefix is told.
  @Test
  void shouldTellNoMoreOfANetworkThanItsPrefix() throws Exception {
    EdnsSettings edns =
        new EdnsSettings(
            1232, false, false, false, false, null, Subnet.parse("198.51.100.129/25"), false);
    try (ScriptedServer server = new ScriptedServer(GOOD, SILENT)) {
      assertThat(ask(server, Transport.UDP, edns).rcode()).isEqualTo("NOERROR");
      assertThat(server.queries().getFirst().getOPT().getOptions().getFirst().toWire())
          .containsExactly(0, 8, 0, 8, 0, 1, 25, 0, 198, 51, 100, 128);
    }
  }

  @Test
  void shouldAskOverTlsAndSayWhetherTheCertificateWasChecked() throws Exception {
    Certificates.Pair pair =
        new Certificates(folder).selfSigned("ns1.example.com", "dns:ns1.example.com", "-1d", 10);
    Path authorities = folder.resolve("ca.pem");
    pair.writeAsPem(authorities, folder.resolve("key.pem"));
    try (ScriptedServer server = new ScriptedServer(SILENT, GOOD_STREAM, pair.serverContext())) {
      assertThat(overTls(server, null, "").ask(QUESTION).tls())
          .startsWith("TLS 1.3, TLS_AES_")
          .endsWith("certificate CN=ns1.example.com, not checked");
      assertThat(overTls(server, authorities, "ns1.example.com").ask(QUESTION).tls())
          .endsWith(", checked");
      assertFails(
          () -> overTls(server, authorities, "ns2.example.com").ask(QUESTION),
          Kind.TLS,
          "No subject alternative DNS name matching ns2.example.com found");
      assertFails(
          () -> overTls(server, null, "ns1.example.com").ask(QUESTION),
          Kind.TLS,
          "the certificate is from no trusted authority");
      assertFails(
          () -> overTls(server, authorities, "").ask(QUESTION), Kind.TLS, "No subject alternative");
    }
  }

  @Test
  void shouldSayThatAServerSpeaksNoTls() throws Exception {
    Script notTls =
        (_, _) -> List.of("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    try (ScriptedServer server = new ScriptedServer(SILENT, notTls)) {
      // The scripted server takes the first octets of the handshake for a length and waits for
      // more;
      // so does a real one.
      assertFails(() -> overTls(server, null, "").ask(QUESTION), Kind.NO_ANSWER, "over TLS");
    }
  }

  @Test
  void shouldSayWhichFileOfAuthoritiesWillNotDo() throws IOException {
    Path missing = folder.resolve("missing.pem");
    Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing\n");
    Target target =
        new Target(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 853), "127.0.0.1");

    assertThatThrownBy(() -> new QueryClient(tls(target, missing, "")))
        .hasMessage(missing + ": there is no such file");
    assertThatThrownBy(() -> new QueryClient(tls(target, empty, "")))
        .hasMessage(empty + ": expected certificates in PEM form");
  }

  private static QueryReport ask(
      ScriptedServer server, Transport transport, @Nullable EdnsSettings edns) throws QueryFailed {
    return client(server, transport, edns, 3).ask(QUESTION);
  }

  private static QueryClient client(
      ScriptedServer server, Transport transport, @Nullable EdnsSettings edns, int tries) {
    return new QueryClient(
        settings(new Target(server.address(), "127.0.0.43"), transport, edns, tries));
  }

  private static QuerySettings settings(
      Target target, Transport transport, @Nullable EdnsSettings edns, int tries) {
    return new QuerySettings(
        target,
        transport,
        true,
        true,
        transport == Transport.UDP ? Duration.ofMillis(300) : Duration.ofSeconds(20),
        tries,
        edns,
        new QuerySettings.Tls(null, ""));
  }

  private static QueryClient overTls(
      ScriptedServer server, @Nullable Path authorities, String name) {
    return new QueryClient(tls(new Target(server.address(), "127.0.0.43"), authorities, name));
  }

  private static QuerySettings tls(Target target, @Nullable Path authorities, String name) {
    return new QuerySettings(
        target,
        Transport.TLS,
        true,
        true,
        Duration.ofSeconds(2),
        1,
        PLAIN,
        new QuerySettings.Tls(authorities, name));
  }

  private static void fails(Kind kind, String message, ScriptedServer server, Transport transport) {
    assertFails(
        () -> ask(server, transport, null),
        kind,
        message.formatted(new Target(server.address(), "")));
  }

  private static void assertFails(ThrowingCallable call, Kind kind, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            QueryFailed.class, failed -> assertThat(failed.kind()).isEqualTo(kind))
        .hasMessageContaining(message);
  }
}
