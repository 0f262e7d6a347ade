package detour.server.probe.http;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.tls.TlsSettings;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectTest {
  private static final String OWN = "www.example.com";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /b                          | http://www.example.com:8080/b
          b                           | http://www.example.com:8080/a/b
          ../b?x=1#top                | http://www.example.com:8080/b?x=1
          ./                          | http://www.example.com:8080/a/
          ../../../..                 | http://www.example.com:8080/
          ?y=2                        | http://www.example.com:8080/a/page?y=2
          #top                        | http://www.example.com:8080/a/page?q=1
          ``                          | http://www.example.com:8080/a/page?q=1
          //other.example             | http://other.example/
          //other.example:81/c        | http://other.example:81/c
          http://WWW.example.com/c    | http://WWW.example.com/c
          http://www.example.com:80/c | http://www.example.com/c
          https://www.example.com/c   | https://www.example.com/c
          https://www.example.com:8443| https://www.example.com:8443/
          HTTPS://[2001:db8::1]:444/x | https://[2001:db8::1]:444/x
          http://www.example.com?x=/. | http://www.example.com/?x=/.
          /a b/\u00e4\u0001z          | http://www.example.com:8080/a%20b/%E4%01z
          """)
  void shouldLeadWhereRfc3986Says(String location, String url) {
    assertThat(to(Redirect.of(plain("GET", ""), 302, location, OWN)).url()).isEqualTo(url);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ftp://www.example.com/      | to what is not HTTP: ftp://www.example.com/
          javascript:alert(1)         | to what is not HTTP: javascript:alert(1)
          http:/c                     | to a URL without a host: http:/c
          http://user:pw@x.example/   | to a host that is none: user:pw@x.example
          http://x.example:99999/     | to a port that is none: x.example:99999
          http://x.example:0/         | to a port that is none: x.example:0
          http://x.example:8a/        | to a host that is none: x.example:8a
          http:///c                   | to a host that is none:
          //a b/                      | to a host that is none: a b
          """)
  void shouldLeadNowhere(String location, String why) {
    assertThat(Redirect.of(plain("GET", ""), 302, location, OWN))
        .isInstanceOfSatisfying(
            Redirect.Nowhere.class, nowhere -> assertThat(nowhere.why().strip()).isEqualTo(why));
  }

  @Test
  void shouldRefuseALocationThatIsTooLong() {
    assertThat(Redirect.of(plain("GET", ""), 302, "/" + "x".repeat(5000), OWN))
        .isInstanceOfSatisfying(
            Redirect.Nowhere.class,
            nowhere -> assertThat(nowhere.why()).startsWith("to something"));
  }

  @ParameterizedTest
  @CsvSource({
    "301, GET, GET, ''",
    "302, POST, GET, ''",
    "301, PUT, PUT, text",
    "303, PUT, GET, ''",
    "303, HEAD, HEAD, ''",
    "307, POST, POST, text",
    "308, DELETE, DELETE, text",
  })
  void shouldChangeTheMethodAsBrowsersDo(int status, String before, String after, String body) {
    Hop hop =
        to(Redirect.of(plain(before, before.matches("GET|HEAD") ? "" : "text"), status, "/b", OWN));

    assertThat(hop.method()).isEqualTo(after);
    assertThat(hop.body()).isEqualTo(body);
  }

  @Test
  void shouldGoToTheEndpointsAddressForItsOwnHostOnly() {
    assertThat(to(Redirect.of(plain("GET", ""), 302, "http://www.EXAMPLE.com:81/", OWN)).own())
        .isTrue();
    assertThat(to(Redirect.of(plain("GET", ""), 302, "/b", OWN)).own()).isTrue();
    assertThat(to(Redirect.of(plain("GET", ""), 302, "http://example.com/", OWN)).own()).isFalse();
  }

  @Test
  void shouldShowItsHeadersAndBodyToNobodyElse() {
    for (String elsewhere : new String[] {"https://other.example/", "http://www.example.com/"}) {
      assertThat(to(Redirect.of(secure("POST", "text"), 303, elsewhere, OWN)).headers()).isEmpty();
      assertThat(Redirect.of(secure("POST", "text"), 307, elsewhere, OWN))
          .isEqualTo(
              new Redirect.Nowhere("with the request's body, to another host or without TLS"));
    }
    Hop same = to(Redirect.of(secure("POST", "text"), 307, "https://www.example.com/b", OWN));
    assertThat(same.headers()).containsEntry("X-Token", "secret");
    assertThat(same.body()).isEqualTo("text");
  }

  @Test
  void shouldVerifyAnotherHostByItsOwnName() {
    TlsSettings tls =
        Objects.requireNonNull(
            to(Redirect.of(secure("GET", ""), 302, "https://other.example/", OWN)).tls());

    assertThat(tls.nameOr("other.example")).isEqualTo("other.example");
  }

  private static Hop plain(String method, String body) {
    return hop(method, body, null);
  }

  private static Hop secure(String method, String body) {
    return hop(method, body, new TlsSettings(true, null, "a.example"));
  }

  private static Hop hop(String method, String body, @Nullable TlsSettings tls) {
    return new Hop(
        true, OWN + ":8080", 8080, method, "/a/page?q=1", Map.of("X-Token", "secret"), body, tls);
  }

  private static Hop to(Redirect redirect) {
    assertThat(redirect).isInstanceOf(Redirect.To.class);
    return ((Redirect.To) redirect).hop();
  }
}
