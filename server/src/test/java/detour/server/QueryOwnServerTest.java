package detour.server;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.cli.CommandLineInterface;
import detour.server.cli.Look;
import detour.server.cli.Terminal;
import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.probe.kinds.ProbeKinds;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `detour query` finds the server of a configuration and shows what only ours says.
@Timeout(60)
class QueryOwnServerTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path folder;

  @Test
  void shouldAskTheServerOfTheConfiguration() throws Exception {
    int port = FreePort.next();
    Path file = write("\"0.0.0.0:%d\"".formatted(port));
    try (Wiring _ = new Wiring(configuration(file))) {
      assertThat(query(file, "www.example.com", "--nsid", "--zoneversion")).isZero();
      assertThat(out.toString(StandardCharsets.UTF_8))
          .contains("NOERROR  qr aa rd")
          .contains("127.0.0.1:" + port + " over UDP")
          .containsPattern("ZONEVERSION +example.com. serial \\d+\n")
          .containsPattern("ZONEVERSION +example.com. selection epoch \\d+\n")
          .containsPattern("NSID +here epoch=\\d+\n")
          .contains("192.0.2.10");
      assertThat(query(file, "www.example.com", "--tcp", "--short")).isZero();
      assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("192.0.2.10\n");
      assertThat(query(file, "www.example.net", "--check")).isEqualTo(1);
      assertThat(out.toString(StandardCharsets.UTF_8)).contains("REFUSED  qr rd");
    }
  }

  @ParameterizedTest
  @CsvSource({"[127.0.0.1:99999]", "7", "[]"})
  void shouldSayThatTheConfigurationDoesNotTellWhomToAsk(String addresses) throws Exception {
    Path file = write("7");
    Files.writeString(file, Files.readString(file).replace("dns: [7]", "dns: " + addresses));

    assertThat(query(file, "www.example.com")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "error: %1$s does not say where it listens; `detour validate -c %1$s` tells what is wrong with it\n"
                .formatted(file));
  }

  private Path write(String address) throws Exception {
    return Files.writeString(
        folder.resolve("detour.yaml"),
        """
        node: { name: here, data_dir: %s }
        listen: { dns: [%s], http: "127.0.0.1:0" }
        zones:
          - { name: example.com, ns: [ns1.example.net] }
        services:
          - name: www.example.com
            check: none
            pools:
              - endpoints: [192.0.2.10]
        """
            .formatted(folder.resolve("data"), address));
  }

  private static Configuration configuration(Path file) {
    return switch (ConfigurationReader.read(file, ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var _) -> valid;
      case ConfigurationReader.Result.Invalid(var problems, var _) ->
          throw new AssertionError(problems);
    };
  }

  private int query(Path file, String... words) {
    out.reset();
    err.reset();
    String[] arguments = new String[words.length + 3];
    arguments[0] = "query";
    arguments[1] = "-c";
    arguments[2] = file.toString();
    System.arraycopy(words, 0, arguments, 3, words.length);
    PrintStream output = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(
            output,
            errors,
            false,
            new Look(100, false, true),
            InstantSource.system(),
            ZoneOffset.UTC,
            Map.of());
    return CommandLineInterface.run(
        arguments, "0.1.0", new LocalCommands(output, errors), terminal);
  }
}
