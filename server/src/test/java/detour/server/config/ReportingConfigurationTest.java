package detour.server.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whom a node tells of its own accord, and whom it asks.
class ReportingConfigurationTest {
  @TempDir Path folder;

  @Test
  void shouldReportToNobodyByDefault() throws IOException {
    assertThat(reporting("")).isEqualTo(new Configuration.Reporting(null, null, null));
  }

  @Test
  void shouldReadTheReceiverOfDnstapBesideTheConfiguration() throws IOException {
    assertThat(reporting("dnstap: {socket: tap, one_in: 100, identity: ams1}").dnstap())
        .isEqualTo(
            new DnstapSettings(UnixDomainSocketAddress.of(folder.resolve("tap")), 100, "ams1"));
    assertThat(reporting("dnstap: {address: \"127.0.0.1:6000\"}").dnstap())
        .isEqualTo(
            new DnstapSettings(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 6000), 1, null));
  }

  @Test
  void shouldReadTheCollectorAndItsHeaders() throws IOException {
    Files.writeString(folder.resolve("headers"), "# of the collector\nAuthorization: Bearer x\n");

    TelemetrySettings telemetry =
        requireNonNull(
            reporting(
                    "telemetry: {endpoint: \"http://127.0.0.1:4318/v1/metrics\", interval: 5s,"
                        + " headers_file: headers}")
                .telemetry());

    assertThat(telemetry.interval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(telemetry.headers()).containsEntry("Authorization", "Bearer x");
    assertThat(telemetry.toString()).doesNotContain("Bearer");
  }

  @Test
  void shouldNotRepeatALineThatIsNoHeader() throws IOException {
    Files.writeString(folder.resolve("headers"), "A: b\nsecret\n");

    assertThat(problems("telemetry: {endpoint: \"http://h/v1/metrics\", headers_file: headers}"))
        .singleElement()
        .asString()
        .endsWith("line 2 is not `Name: value`")
        .doesNotContain("secret\n");
  }

  @Test
  void shouldReadResolversWithTheirUsualPort() throws IOException {
    assertThat(reporting("convergence: {resolvers: [192.0.2.53]}").convergence())
        .isEqualTo(
            new ConvergenceSettings(
                List.of(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.53"), 53)),
                Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dnstap: {one_in: 5} | expected one of socket and address",
        "dnstap: {socket: a, address: \"127.0.0.1:1\"} | expected one of socket and address",
        "telemetry: {endpoint: \"ftp://h/\"} | neither http:// nor https://",
        "telemetry: {endpoint: \"http://u:p@h/\"} | headers_file",
        "telemetry: {endpoint: \"http://h/\", headers_file: none} | cannot be read"
      })
  void shouldTellWhatIsWrong(String text, String problem) throws IOException {
    assertThat(problems(text)).singleElement().asString().contains(problem);
  }

  private Configuration.Reporting reporting(String text) throws IOException {
    return switch (read(text)) {
      case ConfigurationReader.Result.Valid valid -> valid.configuration().reporting();
      case ConfigurationReader.Result.Invalid invalid -> throw new AssertionError(invalid);
    };
  }

  private List<String> problems(String text) throws IOException {
    return switch (read(text)) {
      case ConfigurationReader.Result.Valid valid -> throw new AssertionError(valid);
      case ConfigurationReader.Result.Invalid invalid ->
          invalid.problems().stream().map(Problem::toString).toList();
    };
  }

  private ConfigurationReader.Result read(String text) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(file, text + "\nzones: [{name: example.com, ns: [ns1.example.net]}]\n");
    return ConfigurationReader.read(file, SampleKinds.ALL);
  }
}
