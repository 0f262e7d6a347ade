package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagsTest {
  @Test
  void shouldReadAListOfTags() {
    assertThat(EntityTags.expected("\"a1\""))
        .hasValueSatisfying(v -> assertThat(v).containsOnly("a1"));
    assertThat(EntityTags.expected(" \"a1\" ,\"b2\", \"c,3\""))
        .hasValueSatisfying(v -> assertThat(v).containsExactlyInAnyOrder("a1", "b2", "c,3"));
  }

  @Test
  void shouldMatchNothingByAWeakTag() {
    assertThat(EntityTags.expected("W/\"a1\"")).hasValueSatisfying(v -> assertThat(v).isEmpty());
  }

  @Test
  void shouldExpectNothingOfAStarOrNoHeader() {
    assertThat(EntityTags.expected("*")).isEmpty();
    assertThat(EntityTags.expected(null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a1", "\"a1", "\"a1\" \"b2\"", "\"a1\", b2", "*, \"a1\""})
  void shouldRefuseWhatIsNoList(String header) {
    assertThatExceptionOfType(BadRequest.class)
        .isThrownBy(() -> EntityTags.expected(header))
        .extracting(BadRequest::field)
        .isEqualTo("If-Match");
  }
}
