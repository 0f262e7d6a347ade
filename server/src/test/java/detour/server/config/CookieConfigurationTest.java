package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.answer.CookieSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Cookies and their secrets in a configuration.
class CookieConfigurationTest {
  private static final String OLD = "dd3bdf9344b678b185a6f5cb60fca715";
  private static final String NEW = "445536bcd2513298075A5D379663C962";

  @TempDir Path folder;

  @Test
  void shouldReadSecretsBesideTheConfiguration() throws IOException {
    Files.writeString(
        folder.resolve("secrets"), "# rotated in May\n\n" + NEW + "\n " + OLD + "\r\n");
    assertThat(cookies("{mode: required, secret_file: secrets}"))
        .isEqualTo(
            new CookieSettings(
                CookieSettings.Mode.REQUIRED,
                List.of(CookieSecret.parse(NEW), CookieSecret.parse(OLD))));
  }

  @ParameterizedTest
  @CsvSource({"on, ON", "off, OFF", "required, REQUIRED"})
  void shouldReadTheModeAlone(String text, CookieSettings.Mode mode) throws IOException {
    assertThat(cookies(text)).isEqualTo(new CookieSettings(mode, List.of()));
  }

  @Test
  void shouldTellWhichLineIsNoSecretAndNotRepeatIt() throws IOException {
    Files.writeString(folder.resolve("secrets"), NEW + "\n" + OLD + "0\n");
    assertThat(problems("{secret_file: secrets}"))
        .singleElement()
        .asString()
        .contains("detour.yaml:1:17: node.cookies: secret_file: " + folder.resolve("secrets"))
        .endsWith(": line 2: a cookie secret has 32 hexadecimal digits");
  }

  @Test
  void shouldTellThatThereIsNoSuchFile() throws IOException {
    assertThat(problems("{secret_file: none}"))
        .singleElement()
        .asString()
        .endsWith("secret_file: there is no file " + folder.resolve("none"));
  }

  @ParameterizedTest
  @CsvSource({"0", "5"})
  void shouldTellThatThereAreTooFewOrTooManySecrets(int count) throws IOException {
    Files.writeString(folder.resolve("secrets"), (OLD + "\n").repeat(count));
    assertThat(problems("{secret_file: secrets}"))
        .singleElement()
        .asString()
        .endsWith(": it has " + count + " secrets; 1 to 4 are expected");
  }

  private CookieSettings cookies(String text) throws IOException {
    return switch (read(text)) {
      case ConfigurationReader.Result.Valid valid -> valid.configuration().node().cookies();
      case ConfigurationReader.Result.Invalid invalid ->
          throw new AssertionError(invalid.problems());
    };
  }

  private List<Problem> problems(String text) throws IOException {
    return read(text) instanceof ConfigurationReader.Result.Invalid invalid
        ? invalid.problems()
        : List.of();
  }

  private ConfigurationReader.Result read(String cookies) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(
        file,
        "node: {cookies: " + cookies + "}\nzones: [{name: example.com, ns: [ns1.example.net]}]\n");
    return ConfigurationReader.read(file, SampleKinds.ALL);
  }
}
