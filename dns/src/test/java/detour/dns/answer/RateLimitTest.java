package detour.dns.answer;

import static detour.dns.answer.Server.options;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.answer.RateLimits.Kind;
import detour.dns.answer.RateLimits.Mode;
import detour.dns.wire.ResponseCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// One response of a kind a second, three at once.
class RateLimitTest {
  private static final int COOKIE = 10;
  private static final int AT_ONCE = 3;
  private static final String HOST = "192.0.2.77";
  private static final CookiePolicy COOKIES =
      new CookiePolicy(List.of(CookieSecret.parse("e5e973e5a6b2a43f48e7dc849e37bfcf")), false);

  private Server server = server(limits(Mode.ON, 0, 0));

  private static RateLimits limits(Mode mode, int all, int slip) {
    return new RateLimits(
        mode,
        1,
        1,
        1,
        1,
        all,
        Duration.ofSeconds(AT_ONCE),
        slip,
        24,
        56,
        List.of(
            AddressPrefix.of(Server.octets("203.0.113.0"), 24),
            AddressPrefix.of(Server.octets("2001:db8:ffff::"), 48)));
  }

  private static Server server(RateLimits limits) {
    Server zones =
        Server.of(
            """
            www   A     192.0.2.1
            mail  A     192.0.2.2
            *.any A     192.0.2.3
            d     DNAME ent
            ent   A     192.0.2.4
            child NS    ns.child
            ns.child A  192.0.2.5
            """,
            List.of("failing.example.com"),
            new ServiceAnswer(PreparedAnswer.servFail(), PreparedAnswer.servFail(), null));
    return new Server(
        zones.table.identifiedBy(ServerOptions.of("ams1", "Detour", COOKIES).limiting(limits), 1),
        new Responder(1, 1232, new RateBuckets(1)));
  }

  private int sent(int queries, String client, String name) {
    return sent(queries, client, Server.query(name, Type.A), Server.NOW_MILLIS);
  }

  private int sent(int queries, String client, Message query, long nowMillis) {
    int sent = 0;
    for (int i = 0; i < queries; i++) {
      sent += send(client, query, Transport.UDP, nowMillis).length > 0 ? 1 : 0;
    }
    return sent;
  }

  private byte[] send(String client, Message query, Transport transport, long nowMillis) {
    return server.responder.answer(
        server.table,
        query.toWire(),
        transport,
        ClientAddress.of(Server.octets(client)),
        nowMillis);
  }

  private long limited(Kind kind) {
    return server.responder.counts().limited(kind);
  }

  @ParameterizedTest
  @CsvSource({
    "www.example.com,     A,   ANSWERS",
    "www.example.com,     TXT, ANSWERS",
    "failing.example.com, A,   ANSWERS",
    "none.example.com,    A,   NXDOMAIN",
    "a.child.example.com, A,   REFERRALS",
    "www.example.org,     A,   ERRORS",
    "www.example.com,     AXFR, ERRORS"
  })
  void shouldLimitEachKindByItself(String name, String type, Kind kind) {
    int sent = sent(10, HOST, Server.query(name, Type.value(type)), Server.NOW_MILLIS);
    assertThat(sent).isEqualTo(AT_ONCE);
    for (Kind each : Kind.values()) {
      assertThat(limited(each)).as("%s", each).isEqualTo(each == kind ? 10 - AT_ONCE : 0);
    }
    assertThat(sent(1, HOST, "mail.example.com")).as("another name").isEqualTo(1);
  }

  @Test
  void shouldLimitWhatIsNotUnderstood() {
    Message query = Server.query("www.example.com", Type.A);
    query.getHeader().setOpcode(Opcode.STATUS);
    assertThat(sent(10, HOST, query, Server.NOW_MILLIS)).isEqualTo(AT_ONCE);
    assertThat(limited(Kind.ERRORS)).isEqualTo(10 - AT_ONCE);
  }

  @Test
  void shouldNotCountWhatWasNotSentAmongTheResponses() {
    sent(10, HOST, "www.example.com");
    assertThat(
            server.responder.counts().responses(Transport.UDP, TypeBucket.A, ResponseCode.NOERROR))
        .isEqualTo(AT_ONCE);
  }

  @Test
  void shouldLimitAnswersOfEachNameAndAllTypesOfOne() {
    assertThat(sent(10, HOST, "www.example.com")).isEqualTo(AT_ONCE);
    assertThat(sent(10, HOST, "WWW.example.COM")).isZero();
    assertThat(sent(10, HOST, Server.query("www.example.com", Type.AAAA), Server.NOW_MILLIS))
        .isZero();
    assertThat(sent(10, HOST, "mail.example.com")).isEqualTo(AT_ONCE);
  }

  @Test
  void shouldLimitAbsenceWhateverTheNames() {
    int sent = 0;
    for (int i = 0; i < 10; i++) {
      sent += sent(1, HOST, "none" + i + ".example.com");
    }
    assertThat(sent).isEqualTo(AT_ONCE);
  }

  @Test
  void shouldLimitAllKindsAndNamesTogether() {
    // Three a second for 3 s: a bucket holds 9 tokens of 333 ms.
    server = server(limits(Mode.ON, 3, 0));
    int sent = 0;
    for (int i = 0; i < 20; i++) {
      sent += sent(1, HOST, "w" + i + ".any.example.com");
    }
    assertThat(sent).isEqualTo(9);
    assertThat(limited(Kind.ALL)).isEqualTo(11);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.77,      192.0.2.255,         true",
    "192.0.2.77,      192.0.3.77,          false",
    "2001:db8:0:100::1, 2001:db8:0:1ff::2, true",
    "2001:db8:0:100::1, 2001:db8:0:200::1, false"
  })
  void shouldLimitClientsOfOnePrefixTogether(String one, String other, boolean together) {
    sent(10, one, "www.example.com");
    assertThat(sent(10, other, "www.example.com")).isEqualTo(together ? 0 : AT_ONCE);
  }

  @ParameterizedTest
  @CsvSource({"203.0.113.9", "2001:db8:ffff::9"})
  void shouldLimitNobodyWhoIsExempt(String client) {
    assertThat(sent(100, client, "www.example.com")).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 100", "127.200.0.1, 100", "::1, 100", "192.0.2.1, 15", "::2, 15"})
  void shouldExemptLoopbackByDefault(String client, int expected) {
    server =
        server(
            new RateLimits(
                Mode.ON,
                5,
                5,
                5,
                5,
                5,
                Duration.ofSeconds(AT_ONCE),
                0,
                24,
                56,
                RateLimits.DEFAULT.exempt()));
    assertThat(sent(100, client, "www.example.com")).isEqualTo(expected);
  }

  @Test
  void shouldLetTheRateThroughAsTimeGoesBy() {
    Message query = Server.query("www.example.com", Type.A);
    int sent = 0;
    for (int millis = 0; millis < 60_000; millis += 10) {
      sent += sent(1, HOST, query, Server.NOW_MILLIS + millis);
    }
    assertThat(sent).isEqualTo(AT_ONCE + 59);
  }

  @ParameterizedTest
  @CsvSource({"TCP", "TLS"})
  void shouldNeverLimitStreams(Transport transport) {
    sent(10, HOST, "www.example.com");
    Message query = Server.query("www.example.com", Type.A);
    for (int i = 0; i < 100; i++) {
      Message response = Server.decode(send(HOST, query, transport, Server.NOW_MILLIS));
      assertThat(status(response)).isEqualTo("NOERROR aa");
    }
  }

  @ParameterizedTest
  @CsvSource({"OFF, 0", "COUNT, 97"})
  void shouldSendAllWhereItIsOffOrOnlyCounts(Mode mode, long counted) {
    server = server(limits(mode, 0, 2));
    assertThat(sent(100, HOST, "www.example.com")).isEqualTo(100);
    assertThat(limited(Kind.ANSWERS)).isEqualTo(counted);
    assertThat(server.responder.counts().slipped()).isZero();
    assertThat(server.responder.counts().truncated(Transport.UDP)).isZero();
  }

  @Test
  void shouldFollowLimitsThatChange() {
    assertThat(sent(10, HOST, "www.example.com")).isEqualTo(AT_ONCE);
    server.table =
        server.table.identifiedBy(ServerOptions.NONE.limiting(limits(Mode.OFF, 0, 0)), 2);
    assertThat(sent(10, HOST, "www.example.com")).isEqualTo(10);
    server.table = server.table.identifiedBy(ServerOptions.NONE.limiting(limits(Mode.ON, 0, 0)), 3);
    assertThat(sent(10, HOST, "www.example.com")).isZero();
  }

  @Test
  void shouldSendTruncatedWhatSlips() {
    server = server(limits(Mode.ON, 0, 1));
    sent(AT_ONCE, HOST, "www.example.com");
    Message response =
        Server.decode(
            send(HOST, Server.query("www.example.com", Type.A), Transport.UDP, Server.NOW_MILLIS));
    assertThat(status(response)).isEqualTo("NOERROR aa tc");
    assertThat(response.getQuestion().getName()).hasToString("www.example.com.");
    assertThat(response.getSection(Section.ANSWER)).isEmpty();
    assertThat(response.getOPT()).isNull();
    assertThat(server.responder.counts().truncated(Transport.UDP)).isEqualTo(1);
    assertThat(server.responder.counts().slipped()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"none.example.com, NXDOMAIN aa tc", "www.example.org, REFUSED tc"})
  void shouldKeepTheCodeOfWhatSlips(String name, String status) {
    server = server(limits(Mode.ON, 0, 1));
    sent(AT_ONCE, HOST, name);
    Message response =
        Server.decode(send(HOST, Server.query(name, Type.A), Transport.UDP, Server.NOW_MILLIS));
    assertThat(status(response)).isEqualTo(status);
    assertThat(response.getSection(Section.AUTHORITY)).isEmpty();
  }

  @Test
  void shouldLetOneInSoManySlip() {
    server = server(limits(Mode.ON, 0, 4));
    int sent = sent(4_000 + AT_ONCE, HOST, "www.example.com") - AT_ONCE;
    assertThat(sent).isBetween(850, 1_150);
    assertThat(server.responder.counts().slipped()).isEqualTo(sent);
    assertThat(limited(Kind.ANSWERS)).isEqualTo(4_000);
  }

  /// What slips has the cookie by which its client is not limited again, and no more options.
  @Test
  void shouldNotLimitAClientWhoseCookieIsValid() {
    server = server(limits(Mode.ON, 0, 1));
    sent(AT_ONCE, HOST, "www.example.com");
    Message slipped = askWithCookie("2464c4abcf10c957");
    assertThat(status(slipped)).isEqualTo("NOERROR aa tc");
    assertThat(options(slipped, 3)).as("NSID").isEmpty();
    String cookie = options(slipped, COOKIE).getFirst();

    for (int i = 0; i < 100; i++) {
      assertThat(status(askWithCookie(cookie))).isEqualTo("NOERROR aa");
    }
    assertThat(server.responder.counts().known()).isEqualTo(100);
    String forged = cookie.substring(0, 40) + "00000000";
    assertThat(status(askWithCookie(forged))).isEqualTo("NOERROR aa tc");
    assertThat(askWithCookie(cookie).getHeader().getFlag(Flags.TC)).isFalse();
  }

  private Message askWithCookie(String cookie) {
    return server.askFrom(
        HOST,
        Server.withOptions(
            "www.example.com", Type.A, Server.option(COOKIE, cookie), Server.option(3, "")),
        Transport.UDP,
        Server.NOW_MILLIS);
  }
}
