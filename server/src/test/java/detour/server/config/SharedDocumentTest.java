package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.config.ConfigurationReader.Result;
import detour.server.config.SharedDocumentReader.Result.Gathered;
import detour.server.config.SharedDocumentReader.Result.Invalid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What of a configuration is shared, and what it means on a node.
class SharedDocumentTest {
  private static final String OWN =
      """
      node: { name: ams1, data_dir: data }
      listen: { dns: "127.0.0.1:5300" }
      cluster:
        etcd: "http://127.0.0.1:2379"
        vantages: [ams1, fra1, nyc1]
        configuration: store
      """;

  private static final String SHARED =
      """
      # The site
      zones:
        - { name: example.com, ns: [ns1.example.net] }
      failover: { quorum: all }
      services:
        - name: www.example.com
          check: none
          pools:
            - endpoints: [192.0.2.10]
      """;

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("detour.yaml");
  }

  private Gathered gathered(String text) throws IOException {
    Files.writeString(file, text);
    return (Gathered) SharedDocumentReader.read(file);
  }

  private List<String> problems(String text) throws IOException {
    Files.writeString(file, text);
    return ((Invalid) SharedDocumentReader.read(file))
        .problems().stream().map(Problem::toString).map(this::shortened).toList();
  }

  private String shortened(String problem) {
    return problem.replace(folder + "/", "");
  }

  private Result onNode(String own, String shared) {
    return ConfigurationReader.read(
        new OwnFile(file, own),
        new SharedDocument("shared.yaml", shared, Map.of()),
        SampleKinds.ALL);
  }

  private List<String> problemsOnNode(String own, String shared) {
    return ((Result.Invalid) onNode(own, shared))
        .problems().stream().map(Problem::toString).map(this::shortened).toList();
  }

  @Test
  void shouldLeaveOutWhatIsEachNodesOwnAndKeepTheNumbersOfLines() throws IOException {
    Gathered gathered = gathered(OWN + SHARED);

    assertThat(gathered.leftOut()).containsExactly("node", "listen", "cluster");
    assertThat(gathered.document().name()).isEqualTo("detour.yaml");
    assertThat(gathered.document().document())
        .isEqualTo(
            "# node: each node's own\n# listen: each node's own\n# cluster: each node's own\n\n\n\n"
                + SHARED);
  }

  @Test
  void shouldKeepTheCommentsOfWhatComesAfterASectionThatIsLeftOut() throws IOException {
    assertThat(
            gathered("node:\n  name: a # mine\n\n# Those that all serve:\nzones: []\n").document())
        .extracting(SharedDocument::document)
        .isEqualTo("# node: each node's own\n\n\n# Those that all serve:\nzones: []\n");
    assertThat(gathered("zones: []\nnode:\n  name: a\n").document().document())
        .isEqualTo("zones: []\n# node: each node's own\n\n");
  }

  @Test
  void shouldTakeAlongZoneFilesAndWhatTheyInclude() throws IOException {
    Files.createDirectories(folder.resolve("zones/parts"));
    Files.writeString(folder.resolve("zones/a.zone"), "$INCLUDE parts/mail.inc\n");
    Files.writeString(folder.resolve("zones/parts/mail.inc"), "@ 60 MX 10 mail\n");
    Path elsewhere = folder.resolve("elsewhere.zone");
    Files.writeString(elsewhere, "; none\n");

    SharedDocument document =
        gathered(
                """
                zones:
                  - { name: a.example, file: ./zones/a.zone }
                  - { name: b.example, file: %s }
                """
                    .formatted(elsewhere))
            .document();

    assertThat(document.files())
        .isEqualTo(
            Map.of(
                "zones/a.zone",
                "$INCLUDE parts/mail.inc\n",
                "zones/parts/mail.inc",
                "@ 60 MX 10 mail\n",
                elsewhere.toString(),
                "; none\n"));
  }

  @Test
  void shouldSayWhichFilesCannotBeTakenAlong() throws IOException {
    Files.write(folder.resolve("latin.zone"), new byte[] {';', (byte) 0xe4, '\n'});

    assertThat(
            problems(
                """
                zones:
                  - { name: a.example, file: nosuch.zone }
                  - { name: b.example, file: latin.zone }
                """))
        .containsExactly(
            "detour.yaml:2:30: zones: the zone file nosuch.zone: there is no such file",
            "detour.yaml:3:30: zones: the zone file latin.zone: is not UTF-8 text, as what is"
                + " pushed has to be");
  }

  @Test
  void shouldSayWhatItCannotTakeApart() throws IOException {
    assertThat(problems("{ node: { name: a }, zones: [] }"))
        .singleElement()
        .asString()
        .startsWith("detour.yaml:1:3: node: is each node's own and not pushed");
    assertThat(problems("zones: [\n")).singleElement().asString().contains("not YAML");
    assertThat(problems("[]")).singleElement().asString().contains("expected a mapping");
    assertThat(((Invalid) SharedDocumentReader.read(folder.resolve("nosuch.yaml"))).problems())
        .singleElement()
        .asString()
        .endsWith("there is no such file");
  }

  @Test
  void shouldJoinWhatIsSharedWithTheNodesOwn() {
    Result.Valid valid = (Result.Valid) onNode(OWN, SHARED);

    Configuration configuration = valid.configuration();
    assertThat(configuration.node().name()).isEqualTo("ams1");
    assertThat(configuration.node().dataDir()).isEqualTo(folder.resolve("data"));
    assertThat(configuration.listen().dns().getFirst().getPort()).isEqualTo(5300);
    assertThat(configuration.model().services()).hasSize(1);
    assertThat(configuration.model().verdicts().vantages()).hasSize(3);
    assertThat(configuration.zones()).hasSize(1);
    assertThat(valid.warnings()).isEmpty();
  }

  @Test
  void shouldNotUseTheSharedSectionsOfTheNodesFile() {
    String own = OWN + SHARED.replace("192.0.2.10", "nonsense");

    Result.Valid valid = (Result.Valid) onNode(own, SHARED);

    assertThat(valid.configuration().model().services()).hasSize(1);
  }

  @Test
  void shouldNameTheFileInWhichEachProblemIs() {
    assertThat(problemsOnNode(OWN, SHARED.replace("quorum: all", "min_present: 9")))
        .singleElement()
        .asString()
        .startsWith("detour.yaml:4:3: cluster: failover.min_present is 9");
    assertThat(problemsOnNode(OWN, SHARED.replace("zones:", "zone:")))
        .containsExactly(
            "shared.yaml:2:1: the key zones is missing; expected a list",
            "shared.yaml:2:1: unknown key 'zone'; did you mean 'zones'?");
    assertThat(problemsOnNode(OWN.replace("role", "rôle") + "nodes: 1\n", SHARED))
        .singleElement()
        .asString()
        .startsWith("detour.yaml:7:1: unknown key 'nodes'");
  }

  @Test
  void shouldRefuseSecretsAndWhatIsEachNodesOwn() {
    String shared =
        SHARED
            + """
            checks:
              pushed: { type: sample, token: abc }
              headed: { type: sample, headers: { Authorization: Basic abc } }
            node: { name: laptop }
            """;

    List<String> problems = problemsOnNode(OWN, shared);

    assertThat(problems)
        .anySatisfy(problem ->
            assertThat(problem).startsWith("shared.yaml:11:34: checks.pushed: token is a secret"))
        .anySatisfy(
            problem -> assertThat(problem).startsWith("shared.yaml:13:1: node is each node's own"));
    assertThat(String.join("\n", problems)).doesNotContain("abc");
  }

  @Test
  void shouldReadANodesOwnSectionsAlone() throws IOException {
    Files.writeString(file, OWN);

    Result.Valid valid = (Result.Valid) ConfigurationReader.read(file, SampleKinds.ALL);

    assertThat(valid.configuration().zones()).isEmpty();
    assertThat(valid.configuration().cluster())
        .extracting(ClusterSettings::configuration)
        .isEqualTo(ClusterSettings.Origin.STORE);
    assertThat(valid.configuration().model().verdicts().vantages()).hasSize(3);
    assertThat(valid.warnings()).isEmpty();
  }

  @Test
  void shouldSayWhichSectionsOfANodesFileAreNotUsed() throws IOException {
    Files.writeString(file, OWN + SHARED);

    Result.Valid valid = (Result.Valid) ConfigurationReader.read(file, SampleKinds.ALL);

    assertThat(valid.configuration().zones()).isEmpty();
    assertThat(valid.warnings())
        .extracting(warning -> shortened(warning.toString()))
        .hasSize(3)
        .first()
        .asString()
        .startsWith("detour.yaml:8:1: with cluster.configuration: store the zones of this file");
  }

  @Test
  void shouldReportProblemsOfANodesOwnSectionsAlone() throws IOException {
    Files.writeString(
        file, OWN.replace("ams1, fra1", "fra1, tyo1").replace("store", "store\n  nam: x"));

    Result.Invalid invalid = (Result.Invalid) ConfigurationReader.read(file, SampleKinds.ALL);

    assertThat(invalid.problems())
        .extracting(problem -> shortened(problem.toString()))
        .first()
        .asString()
        .contains("unknown key 'nam'");
  }
}
