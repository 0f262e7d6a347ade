package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.answer.RateLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `listen.rate_limit` in a configuration.
class RateLimitConfigurationTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"on, ON", "off, OFF", "count, COUNT"})
  void shouldReadTheModeAlone(String text, RateLimits.Mode mode) throws IOException {
    assertThat(listen("{rate_limit: " + text + "}").rateLimits())
        .isEqualTo(RateLimits.DEFAULT.with(mode));
  }

  @Test
  void shouldExemptNobodyWhereTheListIsEmpty() throws IOException {
    assertThat(listen("{rate_limit: {exempt: []}}").rateLimits().exempt()).isEmpty();
  }

  @Test
  void shouldNotNeedOtherSocketsForOtherLimits() throws IOException {
    ListenSettings started = listen("{}");
    assertThat(listen("{rate_limit: off}").sameSockets(started)).isTrue();
    assertThat(listen("{rate_limit: off, udp_payload: 4096}").sameSockets(started)).isFalse();
  }

  private ListenSettings listen(String text) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(
        file, "zones: [{name: example.com, ns: ns1.example.net}]\nlisten: " + text + "\n");
    return switch (ConfigurationReader.read(file, List.of())) {
      case ConfigurationReader.Result.Valid valid -> valid.configuration().listen();
      case ConfigurationReader.Result.Invalid invalid ->
          throw new AssertionError(invalid.problems());
    };
  }
}
