package detour.server.probe.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          finishConnect(..) failed with error(-111): Connection refused: /127.0.0.1:9 | connection refused
          recvAddress(..) failed with error(-104): Connection reset by peer           | connection reset
          Network is unreachable: /192.0.2.1:80                                       | network unreachable
          No route to host                                                            | no route to host
          Cannot assign requested address: /[2001:db8:0:0:0:0:0:1]:80                 | no local address to connect from
          something else                                                              | something else
          """)
  void shouldSayWhatFailed(String message, String text) {
    assertThat(FailureText.of(new ConnectException(message))).isEqualTo(text);
    assertThat(FailureText.ownLimit(new ConnectException(message))).isNull();
  }

  @Test
  void shouldKnowATypeThatSaysItAll() {
    Throwable wrapped =
        new NoRouteToHostException("null: /192.0.2.10:80").initCause(new NoRouteToHostException());
    assertThat(FailureText.of(wrapped)).isEqualTo("no route to host");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          newSocketStream failed with error(-24): Too many open files | too many open files
          Cannot assign requested address: /192.0.2.1:80              | no local port left
          No buffer space available                                   | no buffer space
          """)
  void shouldTellOwnLimitsFromTheEndpointsFailures(String message, String limit) {
    assertThat(FailureText.ownLimit(new IllegalStateException(new IOException(message))))
        .isEqualTo(limit);
  }

  @Test
  void shouldWriteSpansAsPeopleDo() {
    assertThat(FailureText.span(Duration.ofSeconds(2))).isEqualTo("2 s");
    assertThat(FailureText.span(Duration.ofMillis(250))).isEqualTo("250 ms");
    assertThat(FailureText.span(Duration.ofMillis(1500))).isEqualTo("1.5 s");
  }
}
