package detour.server.probe.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.CheckSettings;
import detour.server.config.ConfigurationReader;
import detour.server.config.Problem;
import detour.server.probe.ProbeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The kinds that look at this machine or at other programs, as the configuration declares them.
class KindsConfigurationTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "command    | command: /bin/true                                                | true",
        "command    | command: [/bin/echo, -n, 80, \"{address}\"], env: {A_1: x}, directory: /tmp,"
            + " exit_codes: nagios, expect: x | echo",
        "file       | path: /run/state                                                  |"
            + " /run/state",
        "file       | path: \"/run/{address}\", content: any, max_age: 5m               |"
            + " /run/{address}",
        "push       | name: job-1, token: 0123456789abcdef, deadline: 26h               | job-1",
        "push       | name: job-1, token_file: TOKEN, deadline: 30s                     | job-1",
        "prometheus | url: \"http://p.example.com:9090\", query: up                     | up",
        "prometheus | url: \"https://[::1]/x/\", query: up, expect: \"> 0.5\", headers: {X-A: b},"
            + " token_file: TOKEN, tls: {verify: false} | up > 0.5",
      })
  void shouldReadEveryKey(String kind, String keys, String summary) throws IOException {
    List<CheckSettings> settings = settings(kind, keys);

    assertThat(settings).hasSize(1);
    assertThat(settings.getFirst().summary()).isEqualTo(summary);
    assertThat(settings.getFirst().toString())
        .as("equal text for equal settings")
        .isEqualTo(settings(kind, keys).getFirst().toString())
        .doesNotContain("0123456789abcdef");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "command    | command: echo                     | command: 'echo' is no absolute path of a"
            + " program; there is no shell",
        "command    | command: /bin/nothing-like-this   | command: there is no program"
            + " /bin/nothing-like-this",
        "command    | command: /etc/passwd              | command: /etc/passwd may not be executed"
            + " by this user",
        "command    | command: /bin/true, env: {a-b: c} | env: 'a-b' is no name of a variable",
        "command    | command: /bin/true, directory: /x-y | there is no such directory",
        "file       | path: state                       | the path must be absolute",
        "push       | name: a, deadline: 30s            | token is missing: posts need one",
        "push       | name: a, deadline: 30s, token: short | token is no good token: expected at"
            + " least 16 letters",
        "push       | name: a, deadline: 30s, token_file: /x-y | the file does not exist or cannot"
            + " be read",
        "push       | name: a, deadline: 30s, token_file: /etc/passwd | its first line is no token",
        "push       | name: a, deadline: 30s, token: 0123456789abcdef, token_file: TOKEN | token"
            + " and token_file are both given",
        "prometheus | url: \"ftp://a\", query: up       | the base URL of a Prometheus",
        "prometheus | url: \"http://u:p@a\", query: up  | no user name or password",
        "prometheus | url: \"http://a\", query: up, expect: more | a comparison and a number",
        "prometheus | url: \"http://a\", query: up, headers: {Host: b} | the header Host is set by"
            + " the check itself",
        "prometheus | url: \"http://a\", query: up, token_file: TOKEN, headers: {authorization: b}"
            + " | token_file sets the header Authorization",
      })
  void shouldSayWhatIsWrong(String kind, String keys, String problem) throws IOException {
    assertThat(read(kind, keys))
        .isInstanceOfSatisfying(
            ConfigurationReader.Result.Invalid.class,
            invalid ->
                assertThat(invalid.problems().stream().map(Problem::toString))
                    .singleElement()
                    .asString()
                    .contains(problem)
                    .doesNotContain("0123456789abcdef", "short"));
  }

  @Test
  void shouldHaveAPageForEveryKind() throws IOException {
    Path folder = Path.of("../docs/guide/checks");
    String overview = Files.readString(folder.resolve("README.md"));
    for (ProbeKind kind : ProbeKinds.ALL) {
      Matcher link = Pattern.compile("\\[`" + kind.name() + "`]\\((.+?)\\)").matcher(overview);
      assertThat(link.find()).as("a link to " + kind.name()).isTrue();
      assertThat(folder.resolve(link.group(1))).isRegularFile();
    }
  }

  private List<CheckSettings> settings(String kind, String keys) throws IOException {
    ConfigurationReader.Result result = read(kind, keys);
    assertThat(result).isInstanceOf(ConfigurationReader.Result.Valid.class);
    return ((ConfigurationReader.Result.Valid) result)
        .configuration().checks().values().stream().map(check -> check.settings()).toList();
  }

  private ConfigurationReader.Result read(String kind, String keys) throws IOException {
    Path token = Files.writeString(folder.resolve("token"), "0123456789abcdef\n");
    Path file =
        Files.writeString(
            folder.resolve("detour.yaml"),
            """
            zones: [{name: example.com, ns: ns1.example.net}]
            checks: {a: {type: %s, %s}}
            services: [{name: www.example.com, check: a, pools: [endpoints: 192.0.2.1]}]
            """
                .formatted(kind, keys.replace("TOKEN", token.toString())));
    return ConfigurationReader.read(file, ProbeKinds.ALL);
  }
}
