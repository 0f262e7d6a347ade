package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.FencePolicy;
import detour.failover.model.FencePolicy.Hook;
import detour.failover.model.FencePolicy.Outcome;
import detour.failover.model.OverridePath;
import detour.failover.model.Safeguards;
import detour.failover.model.SafetyRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `safety`, and what services say of second approvers and fences.
class SafetyConfigurationTest {
  private static final String AMS = "www.example.com/ams";
  private static final String FRA = "www.example.com/fra";

  @TempDir Path folder;

  @Test
  void shouldReadRulesOfEveryKind() throws IOException {
    Safeguards safeguards =
        valid(
            "{name: a, of: [%s, %s], at_least: 1}, {name: b, of: %s, at_most_out: 1}, {name: c, of: [%s/192.0.2.1], wait: 10m}"
                .formatted(AMS, FRA, FRA, AMS),
            "");
    OverridePath ams = OverridePath.parse(AMS);
    OverridePath fra = OverridePath.parse(FRA);
    assertThat(safeguards.rules())
        .containsExactly(
            new SafetyRule.AtLeast("a", 1, List.of(ams, fra)),
            new SafetyRule.AtMostOut("b", 1, List.of(fra)),
            new SafetyRule.Wait(
                "c", Duration.ofMinutes(10), List.of(OverridePath.parse(AMS + "/192.0.2.1"))));
  }

  @Test
  void shouldReadSecondApproversAndFences() throws IOException {
    Safeguards safeguards =
        valid(
            "", "second_approver: true, fence: {command: [/bin/fence, now], on_timeout: proceed}");
    assertThat(safeguards.secondApprovers()).isEqualTo(Set.of("www.example.com"));
    assertThat(safeguards.fences())
        .isEqualTo(
            Map.of(
                "www.example.com",
                new FencePolicy(
                    new Hook.Command(List.of("/bin/fence", "now")),
                    Duration.ofSeconds(30),
                    Outcome.HOLD,
                    Outcome.PROCEED,
                    Duration.ofSeconds(30))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: a, of: www.example.com/ams}                            |               | exactly"
            + " one of at_least",
        "{name: a, of: www.example.com/ams, at_least: 1, wait: 1m}     |               | exactly"
            + " one of at_least",
        "{name: a, of: www.example.com/ams, at_least: 2}               |               | speaks of"
            + " 2",
        "{name: a, of: www.example.com/nyc, at_least: 1}               |               |"
            + " www.example.com/nyc, which is not configured",
        "{name: drill, of: www.example.com/ams, at_least: 1}           |               | called"
            + " drill",
        "''                                                            | fence: {}     | either a"
            + " command or a url",
        "''                                                            | fence: {command: fence} |"
            + " no absolute path",
        "''                                                            | fence: {url: 'ftp://a/'} |"
            + " http",
      })
  void shouldSayWhatIsWrong(String rules, String service, String expected) throws IOException {
    assertThat(read(rules, service == null ? "" : service))
        .isInstanceOfSatisfying(
            ConfigurationReader.Result.Invalid.class,
            invalid ->
                assertThat(invalid.problems())
                    .anyMatch(problem -> problem.toString().contains(expected)));
  }

  private Safeguards valid(String rules, String service) throws IOException {
    return switch (read(rules, service)) {
      case ConfigurationReader.Result.Valid valid -> valid.configuration().model().safeguards();
      case ConfigurationReader.Result.Invalid invalid ->
          throw new AssertionError(invalid.problems());
    };
  }

  private ConfigurationReader.Result read(String rules, String service) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(
        file,
        """
        zones: [{name: example.com, ns: ns1.example.net}]
        safety: {rules: [%s]}
        services:
          - {name: www.example.com, check: none, %s pools: [
              {name: ams, endpoints: [192.0.2.1]}, {name: fra, endpoints: [198.51.100.1]}]}
        """
            .formatted(rules, service.isEmpty() ? "" : service + ","));
    return ConfigurationReader.read(file, List.of());
  }
}
