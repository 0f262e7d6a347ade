package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.options.Option;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class ConfigurationReferenceTest {
  @Test
  void shouldEqualThePublishedPage() throws IOException {
    GoldenFile.check(
        "docs/reference/configuration.md", ConfigurationReference.markdown(PublishedKinds.ALL));
  }

  @Test
  void shouldNameEveryKeyOfChecks() {
    String page = ConfigurationReference.markdown(SampleKinds.ALL);
    assertThat(CheckOptions.common().stream().map(Option::key))
        .allSatisfy(key -> assertThat(page).contains("| `" + key + "` |"));
  }
}
