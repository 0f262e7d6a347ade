package detour.server.cluster.configuration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationRecordsTest {
  private static final SharedText SHORT =
      new SharedText("shared.yaml", "zones: [] # Grüße\n", Map.of("zones/a.zone", "@ NS ns\n"));
  private static final SharedText LONG =
      new SharedText("shared.yaml", "services: []\n".repeat(20_000), Map.of());
  private static final Revision REVISION =
      new Revision(7, "alice", Instant.parse("2026-11-22T12:00:00Z"), "why", SHORT.digest(), 1_234);

  @Test
  void shouldReadBackWhatItWrote() throws Exception {
    assertThat(ConfigurationRecords.revision(ConfigurationRecords.revision(REVISION)))
        .isEqualTo(REVISION);
    assertThat(ConfigurationRecords.text(ConfigurationRecords.text(SHORT))).isEqualTo(SHORT);
    assertThat(ConfigurationRecords.text(ConfigurationRecords.text(LONG))).isEqualTo(LONG);
    var whole = new ConfigurationRecords.Whole(REVISION, SHORT);
    assertThat(ConfigurationRecords.whole(ConfigurationRecords.whole(whole))).isEqualTo(whole);
  }

  @Test
  void shouldKeepAShortTextLegibleAndPackALongOne() {
    assertThat(new String(ConfigurationRecords.text(SHORT), UTF_8))
        .contains("zones: [] # Grüße", "\"v\":1");
    assertThat(ConfigurationRecords.text(LONG)).hasSizeLessThan(LONG.document().length() / 20);
  }

  @Test
  void shouldMakeTheSameDigestOfTheSameTextWhateverItsFileIsCalled() {
    assertThat(new SharedText("other.yaml", SHORT.document(), SHORT.files()).digest())
        .isEqualTo(SHORT.digest());
    assertThat(new SharedText("shared.yaml", SHORT.document(), Map.of()).digest())
        .isNotEqualTo(SHORT.digest());
    assertThat(new SharedText("", "a", Map.of("b", "c")).digest())
        .isNotEqualTo(new SharedText("", "ab", Map.of("", "c")).digest());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          rubbish                                  | it is no JSON
          []                                       | it is not a configuration
          {"document":""}                          | it has the form v0
          {"v":2,"document":"zones: []"}           | upgrade this node
          {"v":1,"name":"a"}                       | it has no document
          {"v":1,"gzip":"!"}                       | it cannot be unpacked
          {"v":1,"gzip":"aGVsbG8="}                | it cannot be unpacked
          """)
  void shouldSayWhyItCannotReadAText(String value, String reason) {
    assertThatThrownBy(() -> ConfigurationRecords.text(value.getBytes(UTF_8)))
        .isInstanceOf(UnreadableConfiguration.class)
        .hasMessageContaining(reason);
  }

  @Test
  void shouldNotUnpackWithoutBound() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      byte[] block = new byte[1 << 20];
      for (int i = 0; i <= ConfigurationRecords.UNPACKED_BYTES_MAX >> 20; i++) {
        gzip.write(block);
      }
    }
    String bomb =
        "{\"v\":1,\"gzip\":\"" + Base64.getEncoder().encodeToString(out.toByteArray()) + "\"}";

    assertThatThrownBy(() -> ConfigurationRecords.text(bomb.getBytes(UTF_8)))
        .isInstanceOf(UnreadableConfiguration.class)
        .hasMessageContaining("larger than 64 MB");
  }

  @Test
  void shouldNoticeThatACopyWasChanged() {
    byte[] copy = ConfigurationRecords.whole(new ConfigurationRecords.Whole(REVISION, SHORT));
    String changed = new String(copy, UTF_8).replace("Grüße", "Gruss");

    assertThatThrownBy(() -> ConfigurationRecords.whole(changed.getBytes(UTF_8)))
        .isInstanceOf(UnreadableConfiguration.class)
        .hasMessageContaining("digest");
  }
}
