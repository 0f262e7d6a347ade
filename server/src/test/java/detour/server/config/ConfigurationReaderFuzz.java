package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Any bytes give a configuration or problems with places, and end.
final class ConfigurationReaderFuzz {
  @FuzzTest
  void shouldBindAnyBytes(byte[] bytes) {
    check(bytes);
  }

  @Test
  void shouldBindEveryPrefixOfASoundFile() {
    byte[] whole = ConfigurationReaderTest.EVERY_KEY.getBytes(StandardCharsets.UTF_8);
    for (int end = 0; end <= whole.length; end++) {
      check(Arrays.copyOf(whole, end));
    }
  }

  @Test
  void shouldBindBadFilesWithAnyOctetChanged() throws IOException {
    for (BadConfigurations.Case bad : BadConfigurations.all()) {
      byte[] bytes = bad.yaml().getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < bytes.length; i++) {
        byte[] changed = bytes.clone();
        changed[i] = (byte) "\u0000:[{&*\"\n-#".charAt(i % 10);
        check(changed);
      }
    }
  }

  private static void check(byte[] bytes) {
    Problems problems = new Problems("detour.yaml");
    ConfigurationReader.check(bytes, SampleKinds.ALL, problems);
    assertThat(problems.errors().size()).isLessThanOrEqualTo(Problems.MOST);
    assertThat(problems.errors())
        .allSatisfy(
            problem -> assertThat(problem.message()).isNotBlank().doesNotContain("\n", "\u001b"));
  }
}
