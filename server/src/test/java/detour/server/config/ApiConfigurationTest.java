package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.access.Role;
import detour.server.access.Secret;
import detour.server.access.Token;
import detour.server.access.TokenFile;
import detour.server.probe.Certificates;
import detour.server.probe.kinds.ProbeKinds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may use the API, as a file says it.
class ApiConfigurationTest {
  private static final String TLS = "tls: {cert_file: api.pem, key_file: api.key}";

  @TempDir private static Path made;
  private static Certificates.Pair own;

  @TempDir private Path folder;

  @BeforeAll
  static void makeCertificate() throws Exception {
    own = new Certificates(made).selfSigned("api.example", "dns:api.example", "-1d", 9);
  }

  @BeforeEach
  void place() throws IOException {
    Files.copy(own.pem(), folder.resolve("api.pem"));
    Files.copy(own.key(), folder.resolve("api.key"));
    new TokenFile(folder.resolve("tokens"))
        .add(new Token("alice", Role.READ, Secret.hash("secret"), Instant.EPOCH, null));
  }

  @Test
  void shouldLetThisMachineLookAndNobodyChangeUnlessConfigured() throws IOException {
    assertThat(api("{}")).isEqualTo(new ApiSettings(null, List.of(), null, Role.READ, 200));
  }

  @Test
  void shouldReadEveryKeyWithFilesBesideTheConfiguration() throws IOException {
    assertThat(
            api(
                "{http: '192.0.2.1:8053', api: {%s, token_file: tokens, names: [API.Example.], without_token: none, rate_limit: 5}}"
                    .formatted(TLS)))
        .isEqualTo(
            new ApiSettings(
                new ApiSettings.Tls(folder.resolve("api.pem"), folder.resolve("api.key")),
                List.of("api.example"),
                folder.resolve("tokens"),
                null,
                5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "token_file: tokens", TLS})
  void shouldNotListenBeyondLoopbackWithoutBothTlsAndTokens(String api) throws IOException {
    assertThat(problems("{http: '0.0.0.0:8053', api: {%s}}".formatted(api)))
        .singleElement()
        .asString()
        .contains(
            "http is 0.0.0.0:8053, which others reach: that needs api.tls and api.token_file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          token_file: nothing                           | `detour token add` makes it
          token_file: api.pem                           | line 1:
          tls: {cert_file: api.pem, key_file: api.pem}  | the file holds no PEM private key
          without_token: everything                     | none, read, operate or configure
          rate_limit: off                               | 0 to 1000000
          names: [a/b..c]                               | a host name
          """)
  void shouldSayWhatIsWrong(String api, String message) throws IOException {
    assertThat(problems("{api: {%s}}".formatted(api)))
        .singleElement()
        .asString()
        .contains("detour.yaml:1:", "listen.api", message);
  }

  @Test
  void shouldFindTheFileOfTokensThoughItIsNotThereYet() throws IOException {
    Files.writeString(
        folder.resolve("detour.yaml"), "listen: {api: {token_file: made/later}}\nzones: wrong\n");

    assertThat(ListenSection.tokenFile(folder.resolve("detour.yaml")))
        .hasValue(folder.resolve("made/later"));
  }

  private ApiSettings api(String listen) throws IOException {
    return switch (read(listen)) {
      case ConfigurationReader.Result.Valid valid -> valid.configuration().listen().api();
      case ConfigurationReader.Result.Invalid invalid ->
          throw new AssertionError(invalid.problems());
    };
  }

  private List<Problem> problems(String listen) throws IOException {
    return read(listen) instanceof ConfigurationReader.Result.Invalid invalid
        ? invalid.problems()
        : List.of();
  }

  private ConfigurationReader.Result read(String listen) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(
        file,
        "listen: %s\nzones: [{name: example.com, ns: [ns1.example.net]}]\n".formatted(listen));
    return ConfigurationReader.read(file, ProbeKinds.ALL);
  }
}
