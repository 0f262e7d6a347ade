package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.8", "deflate , gzip ; q=0.1"})
  void shouldCompressForThoseWhoTakeIt(String header) {
    assertThat(Compression.isAccepted(header)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "identity", "gzip;q=0", "gzip; q=0.000, br", "gzipped"})
  void shouldNotCompressForOthers(String header) {
    assertThat(Compression.isAccepted(header)).isFalse();
    assertThat(Compression.isAccepted(null)).isFalse();
  }

  @Test
  void shouldMakeLikeLinesSmall() throws IOException {
    byte[] body = "one service in a line\n".repeat(10_000).getBytes(StandardCharsets.UTF_8);

    byte[] compressed = Compression.gzip(body);

    assertThat(compressed).hasSizeLessThan(body.length / 10);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      assertThat(in.readAllBytes()).isEqualTo(body);
    }
  }
}
