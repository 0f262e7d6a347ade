package detour.dns.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 9018: server cookies that servers make alike.
class Rfc9018Test {
  private static final int COOKIE = 10;
  private static final String SECRET = "e5e973e5a6b2a43f48e7dc849e37bfcf";
  private static final String OLD_SECRET = "dd3bdf9344b678b185a6f5cb60fca715";
  private static final String NEW_SECRET = "445536bcd2513298075a5d379663c962";

  private final Server server = Server.of("www A 192.0.2.1\n");

  private String cookie(String client, long nowSeconds, String cookie, String... secrets) {
    CookiePolicy policy =
        new CookiePolicy(Stream.of(secrets).map(CookieSecret::parse).toList(), false);
    server.table = server.table.identifiedBy(ServerOptions.of("", "", policy), 1);
    Message query = Server.withOptions("www.example.com", Type.A, Server.option(COOKIE, cookie));
    Message response = server.askFrom(client, query, Transport.UDP, nowSeconds * 1000);
    return Server.options(response, COOKIE).getFirst();
  }

  /// Appendix A.
  @ParameterizedTest
  @CsvSource({
    // A.1: a first cookie
    "198.51.100.100, 1559731985, 2464c4abcf10c957,"
        + " 2464c4abcf10c957010000005cf79f111f8130c3eee29480",
    // A.2: the same cookie later, renewed
    "198.51.100.100, 1559734385, 2464c4abcf10c957010000005cf79f111f8130c3eee29480,"
        + " 2464c4abcf10c957010000005cf7a871d4a564a1442aca77",
    // A.3: another client's, which is too old
    "203.0.113.203, 1559734700, fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5,"
        + " fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e",
  })
  void shouldMakeThePublishedCookies(
      String client, long nowSeconds, String query, String response) {
    assertThat(cookie(client, nowSeconds, query, SECRET)).isEqualTo(response);
  }

  /// Section 4.2: reserved octets are hashed as they are, and need not be zero.
  @Test
  void shouldAcceptReservedOctetsThatAreNotZero() {
    String cookie = "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5";
    assertThat(cookie("203.0.113.203", 1559728000, cookie, SECRET)).isEqualTo(cookie);
  }

  /// Appendix A.4: IPv6, and a secret that was replaced.
  @Test
  void shouldMakeThePublishedCookieOfTheNewSecret() {
    assertThat(
            cookie(
                "2001:db8:220:1:59de:d0f4:8769:82b8",
                1559741961,
                "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
                NEW_SECRET,
                OLD_SECRET))
        .isEqualTo("22681ab97d52c298010000005cf7c609a6bb79d16625507a");
  }

  /// Section 4.3: a cookie is renewed after half an hour.
  @ParameterizedTest
  @CsvSource({"0, false", "1800, false", "1801, true", "3600, true", "-300, false", "-301, true"})
  void shouldRenewByAge(long ageSeconds, boolean renewed) {
    long made = 1_700_000_000;
    String first = cookie("192.0.2.9", made, "2464c4abcf10c957", SECRET);
    String second = cookie("192.0.2.9", made + ageSeconds, first, SECRET);
    assertThat(!second.equals(first)).isEqualTo(renewed);
  }

  /// Section 5: while a secret is replaced, those that make cookies of the next one are understood.
  @Test
  void shouldAcceptASecretThatDoesNotYetMakeCookies() {
    String made = cookie("192.0.2.9", 1000, "2464c4abcf10c957", NEW_SECRET);
    assertThat(valid(made, OLD_SECRET, NEW_SECRET)).isTrue();
    assertThat(valid(made, OLD_SECRET)).isFalse();
  }

  private static boolean valid(String cookie, String... secrets) {
    Server strict = Server.of("www A 192.0.2.1\n");
    CookiePolicy policy =
        new CookiePolicy(Stream.of(secrets).map(CookieSecret::parse).toList(), true);
    strict.table = strict.table.identifiedBy(ServerOptions.of("", "", policy), 1);
    Message query = Server.withOptions("www.example.com", Type.A, Server.option(COOKIE, cookie));
    return strict.askFrom("192.0.2.9", query, Transport.UDP, 1_000_000).getRcode() == 0;
  }

  /// A server with one socket for both families and one with two make the same cookie.
  @Test
  void shouldTakeAnIpv4ClientOfAnIpv6SocketForIpv4() {
    ClientAddress mapped =
        ClientAddress.of(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 192, 0, 2, 9});
    ClientAddress plain = ClientAddress.of(new byte[] {(byte) 192, 0, 2, 9});
    assertThat(mapped.isIpv4()).isTrue();
    assertThat(List.of(mapped.high(), mapped.low())).isEqualTo(List.of(plain.high(), plain.low()));
  }

  @ParameterizedTest
  @CsvSource({"e5e973", "e5e973e5a6b2a43f48e7dc849e37bfcg", "e5e973e5a6b2a43f48e7dc849e37bfcf00"})
  void shouldRefuseOtherSecretsWithoutRepeatingThem(String text) {
    assertThatThrownBy(() -> CookieSecret.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a cookie secret has 32 hexadecimal digits");
  }

  @Test
  void shouldNotShowSecrets() {
    assertThat(new CookiePolicy(List.of(CookieSecret.parse(SECRET)), true).toString())
        .isEqualTo("CookiePolicy[secrets=[CookieSecret[...]], required=true]");
  }
}
