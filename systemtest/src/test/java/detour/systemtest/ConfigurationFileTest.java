package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Problems are named with their places; what we ship has none.
class ConfigurationFileTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  @Test
  void shouldReportEveryProblemWithItsPlace() {
    Path file =
        stage.file(
            "bad.yaml",
            """
            zones:
              - name: example.com
                ns: [ns1.example.net]
            services:
              - name: www.example.com
                check: { type: http, prot: 80 }
                ttl: soon
                pools:
                  - endpoints: [192.0.2.999]
              - name: www.example.org
                check: unknown
                pools:
                  - endpoints: [192.0.2.1]
            """);

    Command.Output output = PackagedBuild.run(stage.directory(), "validate", "-c", file.toString());

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.all())
        .containsPattern("bad\\.yaml:6:\\d+.*prot")
        .containsPattern("bad\\.yaml:7:\\d+.*soon")
        .containsPattern("bad\\.yaml:9:\\d+.*192\\.0\\.2\\.999")
        .containsPattern("bad\\.yaml:10:\\d+.*www\\.example\\.org")
        .containsPattern("bad\\.yaml:11:\\d+.*unknown");
  }

  @Test
  void shouldReportABadZoneFileWithItsLine() {
    stage.file(
        "example.com.zone",
        """
        @ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
        @ 3600 IN NS ns1.example.net.
        host 300 IN A not-an-address
        """);
    Path file =
        stage.file("zone.yaml", "zones: [ { name: example.com, file: example.com.zone } ]\n");

    Command.Output output = PackagedBuild.run(stage.directory(), "validate", "-c", file.toString());

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.all()).contains("example.com.zone:3").contains("not-an-address");
  }

  @Test
  void shouldRefuseToRunWithABadConfiguration() {
    Path file = stage.file("bad.yaml", "zones: 7\n");

    Command.Output output = PackagedBuild.run(stage.directory(), "run", "-c", file.toString());

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.all()).contains("bad.yaml:1:");
  }

  @Test
  void shouldPointOnWhenThereIsNoConfiguration() {
    Command.Output output = PackagedBuild.run(stage.directory(), "run");

    assertThat(output.exitCode()).isNotZero();
    assertThat(output.all()).contains("detour.yaml", "detour demo", "detour init");
  }

  @Test
  void shouldWriteAConfigurationToStartFrom() {
    PackagedBuild.run(stage.directory(), "init").requireSuccess();

    PackagedBuild.run(stage.directory(), "validate").requireSuccess();
    assertThat(stage.directory().resolve("detour.yaml")).content().contains("#");
    assertThat(PackagedBuild.run(stage.directory(), "init").exitCode())
        .as("it overwrites nothing")
        .isNotZero();
  }

  @ParameterizedTest
  @MethodSource
  void shouldAcceptEveryExample(Path example) {
    Command.Output output =
        PackagedBuild.run(stage.directory(), "validate", "-c", example.toString());

    assertThat(output.exitCode()).as(output.all()).isZero();
  }

  static List<Path> shouldAcceptEveryExample() throws IOException {
    try (Stream<Path> files = Files.walk(PackagedBuild.repository().resolve("examples"))) {
      return files
          .filter(file -> file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".yaml"))
          .sorted()
          .toList();
    }
  }
}
