package detour.server.probe.socket;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.Certificates;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.TalkingPeer;
import detour.server.probe.TalkingPeer.Line;
import detour.server.probe.socket.ConversationStep.Exchange;
import detour.server.probe.socket.ConversationStep.StartTls;
import detour.server.probe.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConversationTest {
  private static final String ADDRESS = "127.0.0.26";
  private static final List<ConversationStep> MAIL =
      List.of(
          new Exchange(null, Expectation.Matching.of("^220 .*\r\n")),
          new Exchange(
              Octets.ofEscaped("EHLO probe.example\\r\\n"),
              Expectation.Matching.of("^250 .*\r\n")));

  @Test
  void shouldGoThroughEveryStep() throws Exception {
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, ConversationTest::mail)) {
      ProbeResult result = run(settings(peer, MAIL));

      assertThat(result.detail()).isEqualTo("received '250 SIZE 1000'");
      assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
      assertThat(result.steps())
          .extracting(Step::name)
          .containsExactly("connect", "step 1", "step 2");
      assertThat(peer.heard()).containsExactly("EHLO probe.example");
    }
  }

  @Test
  void shouldPassOnAnAnswerInPieces() throws Exception {
    TalkingPeer.Script script =
        line -> {
          line.socket().setTcpNoDelay(true);
          for (char c : "220 mail.example\r\n".toCharArray()) {
            line.say(String.valueOf(c));
          }
          line.hear();
          for (char c : "250-mail.example\r\n250 SIZE 1000\r\n".toCharArray()) {
            line.say(String.valueOf(c));
          }
          line.hang();
        };
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, script)) {
      assertThat(run(settings(peer, MAIL)).detail()).isEqualTo("received '250 SIZE 1000'");
    }
  }

  @Test
  void shouldMeetEachExpectationWithWhatTheOneBeforeLeft() throws Exception {
    List<ConversationStep> twice =
        List.of(
            new Exchange(null, new Expectation.Exactly(Octets.ofEscaped("ready"))),
            new Exchange(null, new Expectation.Exactly(Octets.ofEscaped("ready"))));
    try (TalkingPeer once = saying("ready ");
        TalkingPeer both = saying("ready ready")) {
      assertThat(run(settings(once, twice), BRIEF).detail())
          .startsWith("timed out after 300 ms while waiting for 'ready', received ' '");
      assertThat(run(settings(both, twice)).outcome()).isEqualTo(Outcome.PASSED);
    }
  }

  @Test
  void shouldSayWhatCameInstead() throws Exception {
    try (TalkingPeer peer =
        TalkingPeer.on(
            ADDRESS,
            line -> {
              line.say("554 no service\r\n");
              line.hang();
            })) {
      assertThat(run(settings(peer, MAIL), BRIEF).detail())
          .isEqualTo(
              "timed out after 300 ms while waiting for /^220 .*\\r\\n/, received '554 no"
                  + " service\\r\\n'");
    }
  }

  @Test
  void shouldFailWhenThePeerHangs() throws Exception {
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, Line::hang)) {
      assertThat(run(settings(peer, MAIL), BRIEF).detail())
          .isEqualTo("timed out after 300 ms while waiting for /^220 .*\\r\\n/");
    }
  }

  @Test
  void shouldFailWhenThePeerCloses() throws Exception {
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, line -> line.say("421 busy\r\n"))) {
      assertThat(run(settings(peer, MAIL)).detail())
          .isEqualTo(
              "connection closed while waiting for /^220 .*\\r\\n/, received '421 busy\\r\\n'");
    }
  }

  @Test
  void shouldFailWhenThePeerResets() throws Exception {
    TalkingPeer.Script script =
        line -> {
          line.say("220 mail.example\r\n");
          line.hear();
          line.socket().setSoLinger(true, 0);
        };
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, script)) {
      assertThat(run(settings(peer, MAIL)).detail())
          .isEqualTo("connection reset while waiting for /^250 .*\\r\\n/");
    }
  }

  @Test
  void shouldReadNoMoreThanItsBound() throws Exception {
    TalkingPeer.Script script =
        line -> {
          while (true) {
            line.say("x".repeat(10_000));
          }
        };
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, script)) {
      TcpCheck.Settings settings = new TcpCheck.Settings(peer.port(), MAIL, null, 1000);

      assertThat(run(settings).detail())
          .startsWith("no /^220 .*\\r\\n/ in the first 1000 bytes: received 'xxx");
    }
  }

  @Test
  void shouldFindWhatLiesAcrossTheBoundOfOneRead() throws Exception {
    List<ConversationStep> three =
        List.of(
            new Exchange(null, new Expectation.Exactly(Octets.ofEscaped("a"))),
            new Exchange(null, new Expectation.Exactly(Octets.ofEscaped("b"))),
            new Exchange(null, new Expectation.Exactly(Octets.ofEscaped("c"))));
    try (TalkingPeer peer = saying("..a..b..c")) {
      assertThat(run(new TcpCheck.Settings(peer.port(), three, null, 3)).outcome())
          .isEqualTo(Outcome.PASSED);
    }
  }

  @Test
  void shouldGiveUpAnExpressionThatTakesForEver() throws Exception {
    List<ConversationStep> evil =
        List.of(new Exchange(null, Expectation.Matching.of("(a+)+b(c)\\2\\1d")));
    try (TalkingPeer peer = saying("a".repeat(4000))) {
      assertThat(run(settings(peer, evil)).detail())
          .contains("takes too long to search for in received 'aaa");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\xff\\x00\\x01", "hex"})
  void shouldCompareOctets(String form) throws Exception {
    Octets octets = form.equals("hex") ? Octets.ofHex("ff 00 01") : Octets.ofEscaped(form);
    TalkingPeer.Script script =
        line -> {
          line.socket().getOutputStream().write(new byte[] {9, (byte) 0xff, 0, 1});
          line.hang();
        };
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, script)) {
      ProbeResult result =
          run(settings(peer, List.of(new Exchange(octets, new Expectation.Exactly(octets)))));

      assertThat(result.outcome()).as(result.detail()).isEqualTo(Outcome.PASSED);
    }
  }

  @Test
  void shouldSendTheLastWordBeforeItPasses() throws Exception {
    List<ConversationStep> quit = List.of(new Exchange(Octets.ofEscaped("QUIT\\r\\n"), null));
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, Line::hang)) {
      assertThat(run(settings(peer, quit)).detail()).isEqualTo("sent");
    }
  }

  @Test
  void shouldSpeakTlsFromTheStart(@TempDir Path folder) throws Exception {
    Certificates.Pair good =
        new Certificates(folder).selfSigned("mail.example", "dns:mail.example", "-1d", 10);
    SSLContext context = good.serverContext();
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, line -> mail(secured(line, context)))) {
      TlsSettings trusting = new TlsSettings(true, good.pem(), "mail.example");

      ProbeResult result = run(new TcpCheck.Settings(peer.port(), MAIL, trusting, 1000));
      assertThat(result.detail()).isEqualTo("received '250 SIZE 1000'");
      assertThat(result.steps())
          .extracting(Step::name)
          .containsExactly("connect", "handshake", "step 1", "step 2");
      assertThat(run(new TcpCheck.Settings(peer.port(), List.of(), trusting, 1000)).detail())
          .isEqualTo("connected, TLS spoken");
      assertThat(run(new TcpCheck.Settings(peer.port(), MAIL, TlsSettings.DEFAULT, 1000)).detail())
          .isEqualTo("certificate is self-signed and not trusted (CN=mail.example)");
    }
  }

  @Test
  void shouldGoOverToTls(@TempDir Path folder) throws Exception {
    Certificates.Pair good =
        new Certificates(folder).selfSigned("mail.example", "dns:mail.example", "-1d", 10);
    SSLContext context = good.serverContext();
    TalkingPeer.Script script =
        line -> {
          line.say("220 mail.example\r\n");
          line.hear();
          line.say("220 go ahead\r\n");
          Line secure = secured(line, context);
          secure.hear();
          secure.say("250 SIZE 1000\r\n");
          secure.hang();
        };
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, script)) {
      TlsSettings trusting = new TlsSettings(true, good.pem(), "mail.example");
      TlsSettings other = new TlsSettings(true, good.pem(), "other.example");

      ProbeResult result = run(new TcpCheck.Settings(peer.port(), upgrade(true), trusting, 1000));
      assertThat(result.detail()).isEqualTo("received '250 SIZE 1000'");
      assertThat(result.steps())
          .extracting(Step::name)
          .containsExactly("connect", "step 1", "step 2", "handshake", "step 4");
      assertThat(run(new TcpCheck.Settings(peer.port(), upgrade(false), trusting, 1000)).detail())
          .isEqualTo("went over to TLS");
      assertThat(run(new TcpCheck.Settings(peer.port(), upgrade(true), other, 1000)).detail())
          .isEqualTo("certificate is for mail.example, not other.example");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"220 go ahead\r\n250 injected\r\n", "220 go ahead\r\n2"})
  void shouldNotTakeWhatCameInTheClearForWhatWasSaidUnderTls(String said) throws Exception {
    TalkingPeer.Script script =
        line -> {
          line.say("220 mail.example\r\n");
          line.hear();
          line.say(said);
          line.hang();
        };
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, script)) {
      assertThat(run(settings(peer, upgrade(true))).detail())
          .isEqualTo("more came in the clear after TLS was agreed to");
    }
  }

  @Test
  void shouldFailWhenThePeerSpeaksNoTlsAfterAll() throws Exception {
    TalkingPeer.Script script =
        line -> {
          line.say("220 mail.example\r\n");
          line.hear();
          line.say("220 go ahead\r\n");
          line.socket().getInputStream().read();
          line.say("500 what?\r\n");
          line.hang();
        };
    try (TalkingPeer peer = TalkingPeer.on(ADDRESS, script)) {
      assertThat(run(settings(peer, upgrade(true))).detail())
          .isEqualTo("the other side does not speak TLS on this port");
    }
  }

  @Test
  void shouldKeepWhatItSaysOutOfLogs() {
    Exchange secret = new Exchange(Octets.ofEscaped("AUTH hunter2\\r\\n"), null);
    TcpCheck.Settings settings = new TcpCheck.Settings(25, List.of(secret), null, 1000);

    assertThat(settings.toString()).doesNotContain("hunter2").contains("sha256:");
    assertThat(settings.summary()).isEqualTo(":25 in 1 step");
  }

  private static List<ConversationStep> upgrade(boolean speakOn) {
    List<ConversationStep> steps =
        List.of(
            new Exchange(null, new Expectation.Exactly(Octets.ofEscaped("220 "))),
            new Exchange(
                Octets.ofEscaped("STARTTLS\\r\\n"),
                new Expectation.Exactly(Octets.ofEscaped("220 "))),
            new StartTls(),
            new Exchange(
                Octets.ofEscaped("EHLO probe.example\\r\\n"),
                Expectation.Matching.of("^250 .*\r\n")));
    return speakOn ? steps : steps.subList(0, 3);
  }

  private static void mail(Line line) throws IOException {
    line.say("220 mail.example\r\n");
    line.hear();
    line.say("250-mail.example\r\n250 SIZE 1000\r\n");
    line.hang();
  }

  private static Line secured(Line line, SSLContext context) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(line.socket(), ADDRESS, line.socket().getPort(), true);
    secure.setUseClientMode(false);
    return line.over(secure);
  }

  private static TalkingPeer saying(String text) throws IOException {
    return TalkingPeer.on(
        ADDRESS,
        line -> {
          line.say(text);
          line.hang();
        });
  }

  private static TcpCheck.Settings settings(TalkingPeer peer, List<ConversationStep> steps) {
    return new TcpCheck.Settings(peer.port(), steps, null, 8192);
  }

  private static ProbeResult run(TcpCheck.Settings settings) throws InterruptedException {
    return run(settings, PATIENT);
  }

  private static ProbeResult run(TcpCheck.Settings settings, Duration timeout)
      throws InterruptedException {
    return Probing.run("tcp", settings, ADDRESS, timeout);
  }
}
