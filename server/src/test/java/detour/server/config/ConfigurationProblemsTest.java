package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every bad file in `bad-configurations.txt` gives exactly the problems that stand below it.
final class ConfigurationProblemsTest {
  @TempDir Path folder;

  @TestFactory
  List<DynamicTest> shouldReportEveryProblemWithItsPlace() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (BadConfigurations.Case bad : BadConfigurations.all()) {
      tests.add(DynamicTest.dynamicTest(bad.title(), () -> check(bad)));
    }
    assertThat(tests).hasSizeGreaterThan(50);
    return tests;
  }

  private void check(BadConfigurations.Case bad) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(file, bad.yaml());
    ConfigurationReader.Result result = ConfigurationReader.read(file, SampleKinds.ALL);
    assertThat(result).isInstanceOf(ConfigurationReader.Result.Invalid.class);
    String problems =
        ((ConfigurationReader.Result.Invalid) result)
            .problems().stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .reduce("", (all, line) -> all + line + "\n");
    assertThat(problems.lines().toList())
        .containsExactlyElementsOf(bad.problems().lines().toList());
  }
}
