package detour.dns.answer;

import static detour.dns.answer.Server.options;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.wire.ResponseCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// RFC 7873: DNS cookies.
class Rfc7873Test {
  private static final int COOKIE = 10;
  private static final String CLIENT = "2464c4abcf10c957";
  private static final String HOST = "192.0.2.77";
  private static final List<CookieSecret> SECRETS =
      List.of(CookieSecret.parse("e5e973e5a6b2a43f48e7dc849e37bfcf"));

  private final Server server =
      Server.of("www A 192.0.2.1\nlong TXT " + "x".repeat(250) + " " + "y".repeat(200) + "\n");

  private void policy(CookiePolicy policy) {
    server.table = server.table.identifiedBy(ServerOptions.of("", "", policy), 1);
  }

  private Message ask(String cookie) {
    return ask(Transport.UDP, Server.option(COOKIE, cookie));
  }

  private Message ask(Transport transport, EDNSOption... options) {
    return server.askFrom(
        HOST, Server.withOptions("www.example.com", Type.A, options), transport, Server.NOW_MILLIS);
  }

  private String issued() {
    return options(ask(CLIENT), COOKIE).getFirst();
  }

  /// Section 5.2.3.
  @Test
  void shouldGiveACookieToAClientThatHasNone() {
    policy(new CookiePolicy(SECRETS, false));
    Message response = ask(CLIENT);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(options(response, COOKIE)).hasSize(1);
    assertThat(issued()).startsWith(CLIENT + "01000000").hasSize(48);
  }

  /// Section 5.2.1.
  @Test
  void shouldGiveNoCookieUnasked() {
    policy(new CookiePolicy(SECRETS, false));
    assertThat(options(ask(Transport.UDP), COOKIE)).isEmpty();
  }

  @Test
  void shouldIgnoreCookiesWithoutSecrets() {
    Message response = ask(CLIENT);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(options(response, COOKIE)).isEmpty();
  }

  /// Section 5.2.2: other lengths are malformed, whether or not cookies are used here.
  @ParameterizedTest
  @ValueSource(ints = {0, 7, 9, 15, 41})
  void shouldRejectMalformedCookies(int octets) {
    assertThat(status(ask("00".repeat(octets)))).isEqualTo("FORMERR");
    policy(new CookiePolicy(SECRETS, false));
    Message response = ask("00".repeat(octets));
    assertThat(status(response)).isEqualTo("FORMERR");
    assertThat(options(response, COOKIE)).isEmpty();
  }

  /// Section 5.2.4: what others made is no error where cookies are not required.
  @ParameterizedTest
  @ValueSource(ints = {8, 15, 16, 17, 32})
  void shouldReplaceForeignCookies(int octets) {
    policy(new CookiePolicy(SECRETS, false));
    Message response = ask(CLIENT + "01".repeat(octets));
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(options(response, COOKIE)).containsExactly(issued());
  }

  /// Sections 5.2.3 and 5.2.4, where cookies are required.
  @Test
  void shouldAnswerBadCookieUntilTheCookieIsOurs() {
    policy(new CookiePolicy(SECRETS, true));
    Message refused = ask(CLIENT);
    assertThat(refused.getRcode()).isEqualTo(ResponseCode.BADCOOKIE.number());
    assertThat(refused.getSection(Section.ANSWER)).isEmpty();
    String cookie = options(refused, COOKIE).getFirst();
    Message answered = ask(cookie);
    assertThat(status(answered)).isEqualTo("NOERROR aa");
    assertThat(options(answered, COOKIE)).containsExactly(cookie);
    assertThat(ask(CLIENT + "01".repeat(16)).getRcode()).isEqualTo(ResponseCode.BADCOOKIE.number());
  }

  @Test
  void shouldAnswerQueriesWithoutCookieWhereCookiesAreRequired() {
    policy(new CookiePolicy(SECRETS, true));
    assertThat(status(ask(Transport.UDP))).isEqualTo("NOERROR aa");
    assertThat(status(server.ask("www.example.com", Type.A))).isEqualTo("NOERROR aa");
  }

  /// Section 5.2.3: a connection proves where the client is.
  @Test
  void shouldRequireNoCookieOverAConnection() {
    policy(new CookiePolicy(SECRETS, true));
    Message response = ask(Transport.TCP, Server.option(COOKIE, CLIENT));
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(options(response, COOKIE)).hasSize(1);
  }

  @Test
  void shouldNotTakeACookieFromAnotherAddress() {
    policy(new CookiePolicy(SECRETS, true));
    Message query = Server.withOptions("www.example.com", Type.A, Server.option(COOKIE, issued()));
    assertThat(server.askFrom("192.0.2.78", query, Transport.UDP, Server.NOW_MILLIS).getRcode())
        .isEqualTo(ResponseCode.BADCOOKIE.number());
  }

  /// Section 5.2: of several the first counts.
  @Test
  void shouldHeedTheFirstCookie() {
    policy(new CookiePolicy(SECRETS, false));
    Message response =
        ask(
            Transport.UDP,
            Server.option(COOKIE, CLIENT),
            Server.option(COOKIE, "0011223344556677"),
            Server.option(COOKIE, "00"));
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(options(response, COOKIE)).containsExactly(issued());
  }

  /// Section 5.3: a client that knows us to have cookies drops responses without one.
  @Test
  void shouldRatherTruncateThanLeaveTheCookieOut() {
    policy(new CookiePolicy(SECRETS, false));
    Message query = Server.query("long.example.com", Type.TXT);
    query.addRecord(new OPTRecord(512, 0, 0), Section.ADDITIONAL);
    assertThat(status(server.ask(query, Transport.UDP))).isEqualTo("NOERROR aa");
    Message withCookie = Server.query("long.example.com", Type.TXT);
    withCookie.addRecord(
        new OPTRecord(512, 0, 0, 0, Server.option(COOKIE, CLIENT)), Section.ADDITIONAL);
    Message response = server.ask(withCookie, Transport.UDP);
    assertThat(status(response)).isEqualTo("NOERROR aa tc");
    assertThat(options(response, COOKIE)).hasSize(1);
  }

  /// Section 5.4: a query without a question asks for a cookie.
  @Test
  void shouldGiveACookieToAQueryWithoutQuestion() {
    assertThat(status(askOnly(CLIENT))).isEqualTo("FORMERR");
    policy(new CookiePolicy(SECRETS, true));
    Message response = askOnly(CLIENT);
    assertThat(status(response)).isEqualTo("NOERROR");
    assertThat(response.getHeader().getCount(Section.QUESTION)).isZero();
    String cookie = options(response, COOKIE).getFirst();
    assertThat(status(askOnly(cookie))).isEqualTo("NOERROR");
    Message bad = askOnly(CLIENT + "01".repeat(16));
    assertThat(bad.getRcode()).isEqualTo(ResponseCode.BADCOOKIE.number());
    assertThat(options(bad, COOKIE)).containsExactly(cookie);
  }

  private Message askOnly(String cookie) {
    Message query = new Message(7);
    query.addRecord(
        new OPTRecord(1232, 0, 0, 0, Server.option(COOKIE, cookie)), Section.ADDITIONAL);
    return server.askFrom(HOST, query, Transport.UDP, Server.NOW_MILLIS);
  }
}
