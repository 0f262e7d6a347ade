package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The guide's table of failures names tests that there are.
class FailureTableTest {
  private static final Pattern NAMED = Pattern.compile("`(Cluster\\w+Test)\\.(should\\w+)`");

  static Stream<MatchResult> shouldNameTestsThatThereAre() throws IOException {
    Path guide = PackagedBuild.repository().resolve("docs/guide/cluster-failures.md");
    return NAMED.matcher(Files.readString(guide)).results().toList().stream();
  }

  @ParameterizedTest
  @MethodSource
  void shouldNameTestsThatThereAre(MatchResult named) throws ClassNotFoundException {
    Class<?> tests = Class.forName("detour.systemtest." + named.group(1));
    assertThat(Stream.of(tests.getDeclaredMethods()).map(method -> method.getName()))
        .contains(named.group(2));
  }
}
