package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.Quorum;
import detour.failover.model.Share;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterConfigurationTest {
  private static final String ZONE = "zones: [{name: example.com, ns: ns1.example.net}]\n";
  private static final String THREE =
      """
      node: {name: ams1}
      cluster:
        etcd: [http://127.0.0.1:2379, http://127.0.0.1:22379]
        vantages: [ams1, fra1, nyc1]
      """;

  @TempDir Path folder;

  @Test
  void shouldBeAloneByDefault() throws IOException {
    Configuration configuration = valid("");
    assertThat(configuration.cluster()).isNull();
    assertThat(configuration.model().verdicts()).isEqualTo(VerdictPolicy.ALONE);
    assertThat(configuration.node().role()).isEqualTo(NodeSettings.Role.BOTH);
  }

  @Test
  void shouldReadTheLeastThatAClusterNeeds() throws IOException {
    Configuration configuration = valid(THREE);
    assertThat(configuration.cluster())
        .isEqualTo(
            new ClusterSettings(
                "default",
                new ClusterSettings.Etcd(
                    List.of(
                        URI.create("http://127.0.0.1:2379"), URI.create("http://127.0.0.1:22379")),
                    null,
                    null,
                    null,
                    null,
                    null,
                    Duration.ofSeconds(2)),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                ClusterSettings.Origin.FILE));
    assertThat(configuration.model().verdicts())
        .isEqualTo(
            new VerdictPolicy(
                new Quorum.Majority(),
                List.of(Vantage.of("ams1"), Vantage.of("fra1"), Vantage.of("nyc1")),
                0));
  }

  @Test
  void shouldReadEveryKey() throws IOException {
    Configuration configuration =
        valid(
            """
            node: {name: watch1, role: probe}
            cluster:
              name: dns
              etcd:
                endpoints: https://etcd1:2379
                ca_file: tls/ca.pem
                client_cert: /etc/detour/node.pem
                client_key: /etc/detour/node.key
                user: detour
                password_file: password
                timeout: 3s
              vantages:
                - {name: ams1, region: eu}
                - {name: fra1, region: eu}
                - {name: watch1, region: eu}
                - name: nyc1
                - tyo1
              lease: 5s
              stale_after: 1m
              redundancy: 2
            failover:
              quorum: 67%
              min_present: 3
              per_region: true
            """);
    assertThat(configuration.node().role()).isEqualTo(NodeSettings.Role.PROBE);
    assertThat(configuration.cluster())
        .isEqualTo(
            new ClusterSettings(
                "dns",
                new ClusterSettings.Etcd(
                    List.of(URI.create("https://etcd1:2379")),
                    folder.resolve("tls/ca.pem"),
                    Path.of("/etc/detour/node.pem"),
                    Path.of("/etc/detour/node.key"),
                    "detour",
                    folder.resolve("password"),
                    Duration.ofSeconds(3)),
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                ClusterSettings.Origin.FILE));
    assertThat(configuration.model().verdicts())
        .isEqualTo(
            new VerdictPolicy(
                new Quorum.AtLeast(Share.percent(67)),
                List.of(
                    new Vantage("ams1", "eu"),
                    new Vantage("fra1", "eu"),
                    new Vantage("watch1", "eu"),
                    new Vantage("nyc1", "nyc1"),
                    new Vantage("tyo1", "tyo1")),
                3,
                true,
                2));
  }

  @ParameterizedTest
  @CsvSource({"majority, Majority", "any, Any", "all, All", "2, AtLeast", "50%, AtLeast"})
  void shouldReadEveryQuorum(String text, String expected) throws IOException {
    Quorum quorum = valid(THREE + "failover: {quorum: " + text + "}\n").model().verdicts().quorum();
    assertThat(quorum.getClass().getSimpleName()).isEqualTo(expected);
  }

  @Test
  void shouldLetANodeThatOnlyAnswersBeNoVantage() throws IOException {
    Configuration configuration =
        valid(THREE.replace("{name: ams1}", "{name: edge7, role: answer}"));
    assertThat(configuration.model().vantage()).isEqualTo("edge7");
    assertThat(configuration.model().verdicts().vantages()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"ams1 | ams1", "'[ams1, us]' | ams1 nyc1 nyc2", "'[us]' | nyc1 nyc2", " | "})
  void shouldAskTheVantagesAndTheRegionsThatACheckNames(
      @Nullable String names, @Nullable String expected) throws IOException {
    String vantages = names == null ? "" : ", vantages: " + names;
    Check check =
        valid(
                """
                node: {name: ams1}
                cluster:
                  etcd: http://127.0.0.1:2379
                  vantages: [ams1, {name: nyc1, region: us}, {name: nyc2, region: us}]
                checks: {db: {type: tcp, port: 5432%s}}
                services: [{name: www.example.com, check: db, pools: [endpoints: 192.0.2.1]}]
                """
                    .formatted(vantages))
            .model()
            .targets()
            .iterator()
            .next()
            .check();
    assertThat(check.options().vantages())
        .containsExactlyInAnyOrder(expected == null ? new String[0] : expected.split(" ", -1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ams1, fra1 | | with two vantages the loss of one freezes every verdict",
        "ams1, fra1 | min_present: 1 | a vantage that is cut off would decide by what it sees"
            + " alone",
        "ams1, fra1, nyc1 | min_present: 1 | fewer than a majority may decide",
        "'ams1, {name: fra1, region: eu}, {name: lon1, region: eu}' | per_region: true"
            + " | the region eu has two vantages",
        "'ams1, {name: fra1, region: eu}, {name: lon1, region: eu}' | per_region: true"
            + " | with two regions the loss of one freezes every verdict",
      })
  void shouldWarnOfWhatProbablyWasNotMeant(
      String vantages, @Nullable String failover, String expected) throws IOException {
    assertThat(warnings(vantages, failover == null ? "" : failover, ""))
        .anySatisfy(warning -> assertThat(warning).contains(expected));
  }

  @Test
  void shouldNameBothCuresForTwoVantages() throws IOException {
    assertThat(warnings("ams1, fra1", "", ""))
        .containsExactly(
            folder.resolve("detour.yaml")
                + ":4:3: cluster: with two vantages the loss of one freezes every verdict, so the"
                + " loss of a site with its vantage does not fail over; add a third vantage that"
                + " only probes (role: probe), or set failover.min_present: 1 and declare"
                + " guard.canaries, by which a lone vantage that still sees the outside world may"
                + " decide");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ams1, fra1, nyc1", "ams1"})
  void shouldNotWarnOfWhatWorks(String vantages) throws IOException {
    assertThat(warnings(vantages, "", "")).isEmpty();
  }

  @Test
  void shouldTakeMinPresentOfOneWithCanaries() throws IOException {
    assertThat(
            warnings(
                "ams1, fra1",
                "min_present: 1",
                "guard: {canaries: [{type: tcp, port: 53, target: 192.0.2.1}]}\n"))
        .isEmpty();
  }

  private List<String> warnings(String vantages, String failover, String rest) throws IOException {
    ConfigurationReader.Result result =
        read(
            """
            node: {name: ams1}
            cluster:
              etcd: http://127.0.0.1:2379
              vantages: [%s]
            failover: {%s}
            """
                    .formatted(vantages, failover)
                + rest);
    assertThat(result).isInstanceOf(ConfigurationReader.Result.Valid.class);
    return result.warnings().stream().map(Problem::toString).toList();
  }

  private Configuration valid(String yaml) throws IOException {
    ConfigurationReader.Result result = read(yaml);
    if (result instanceof ConfigurationReader.Result.Invalid invalid) {
      throw new AssertionError(invalid.problems().toString());
    }
    return ((ConfigurationReader.Result.Valid) result).configuration();
  }

  private ConfigurationReader.Result read(String yaml) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(file, ZONE + yaml);
    return ConfigurationReader.read(file, SampleKinds.ALL);
  }
}
