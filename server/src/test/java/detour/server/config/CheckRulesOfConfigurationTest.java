package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.CheckRule;
import detour.failover.model.CheckRule.AtLeast;
import detour.failover.model.CheckRule.DependsOn;
import detour.failover.model.CheckRule.Not;
import detour.failover.model.CheckRule.Of;
import detour.failover.model.CheckRule.ServiceUp;
import detour.failover.model.Checks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckRulesOfConfigurationTest {
  private static final CheckRule FIRST = new Of(0);
  private static final CheckRule SECOND = new Of(1);
  private static final CheckRule DB = new ServiceUp("db.example.com");

  @TempDir Path folder;

  @Test
  void shouldCombineChecksAndServices() throws IOException {
    assertThat(rule("{all: [a, {not: b}, {service: DB.example.com.}]}"))
        .isEqualTo(new AtLeast(3, List.of(FIRST, new Not(SECOND), DB)));
    assertThat(rule("{not: {service: db.example.com}}"))
        .isEqualTo(new AtLeast(1, List.of(new Not(DB))));
    assertThat(rule("{service: db.example.com}")).isEqualTo(new AtLeast(1, List.of(DB)));
  }

  @Test
  void shouldNestCalculatedChecksByTheirNames() throws IOException {
    assertThat(rule("[a, either]"))
        .isEqualTo(new AtLeast(2, List.of(FIRST, new AtLeast(1, List.of(SECOND, new Not(DB))))));
    assertThat(rule("{not: either}"))
        .isEqualTo(new AtLeast(1, List.of(new Not(new AtLeast(1, List.of(FIRST, new Not(DB)))))));
  }

  @Test
  void shouldProbeACheckOnceHoweverOftenItIsNamed() throws IOException {
    Checks checks = checks("[a, {not: neither}]");
    assertThat(checks.rule())
        .isEqualTo(
            new AtLeast(
                2, List.of(FIRST, new Not(new Not(new AtLeast(2, List.of(FIRST, SECOND)))))));
    assertThat(checks.checks()).hasSize(2);
  }

  @Test
  void shouldCarryWhatACheckDependsOn() throws IOException {
    Checks checks = checks("behind");
    assertThat(checks.rule())
        .isEqualTo(
            new AtLeast(
                1,
                List.of(
                    new DependsOn(FIRST, new DependsOn(SECOND, new Of(2), "core"), "gateway"))));
    assertThat(checks.checks())
        .extracting(check -> check.options().target() != null)
        .containsExactly(false, true, true);
  }

  private CheckRule rule(String check) throws IOException {
    return checks(check).rule();
  }

  private Checks checks(String check) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(
        file,
        """
        zones: [{name: example.com, ns: ns1.example.net}]
        checks:
          a: {type: tcp, port: 1}
          b: {type: tcp, port: 2}
          either: {type: calculated, any: [b, {not: {service: db.example.com}}]}
          neither: {type: calculated, not: both}
          both: {type: calculated, at_least: 2, of: [a, b]}
          core: {type: tcp, port: 3, target: 192.0.2.253}
          gateway: {type: tcp, port: 3, target: 192.0.2.254, depends_on: core}
          behind: {type: tcp, port: 1, depends_on: gateway}
        services:
          - {name: db.example.com, check: none, pools: [endpoints: 192.0.2.9]}
          - {name: www.example.com, check: %s, pools: [endpoints: 192.0.2.1]}
        """
            .formatted(check));
    ConfigurationReader.Result result = ConfigurationReader.read(file, SampleKinds.ALL);
    assertThat(result).isInstanceOf(ConfigurationReader.Result.Valid.class);
    return ((ConfigurationReader.Result.Valid) result)
        .configuration()
        .model()
        .services()
        .getLast()
        .pools()
        .getFirst()
        .endpoints()
        .getFirst()
        .checks();
  }
}
