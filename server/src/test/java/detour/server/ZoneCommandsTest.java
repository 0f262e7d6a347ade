package detour.server;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.cli.CommandLineInterface;
import detour.server.cli.Look;
import detour.server.cli.Terminal;
import detour.server.query.Answers;
import detour.server.query.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// `detour zone` from its words to its exit code, with the configuration reader of the server.
@Timeout(60)
class ZoneCommandsTest {
  private static final String APEX =
      "$TTL 300\n@ SOA ns1 hostmaster 7 3600 900 1209600 60\n@ NS ns1\nns1 A 192.0.2.1\n";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path folder;
  private Path configuration;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(folder.resolve("example.com.zone"), APEX);
    Files.writeString(folder.resolve("questionable.example.zone"), APEX + "m MX 10 gone\n");
    Files.writeString(folder.resolve("db.refused.example"), APEX + "a A 1.2.3\n");
    configuration =
        Files.writeString(
            folder.resolve("detour.yaml"),
            """
            node: { name: here, data_dir: %s }
            zones:
              - { name: example.com, file: example.com.zone }
              - { name: example.net, ns: [ns1.example.com] }
            services:
              - name: www.example.com
                ttl: 1m
                check: none
                pools:
                  - endpoints: ["192.0.2.10", "2001:db8::10"]
                  - endpoints: [198.51.100.20]
              - name: alias.example.com
                check: none
                pools:
                  - endpoints: [backend.example.org]
              - name: example.net
                check: none
                pools:
                  - endpoints: [backend.example.org, 192.0.2.11]
            """
                .formatted(folder.resolve("data")));
  }

  @ParameterizedTest
  @CsvSource({
    "example.com.zone, 0, 0",
    "questionable.example.zone, 0, 1",
    "db.refused.example, 1, 1"
  })
  void shouldExitAsStrictAsItIsTold(String file, int exitCode, int strict) {
    String path = folder.resolve(file).toString();

    assertThat(run("check", path)).isEqualTo(exitCode);
    assertThat(run("check", path, "--strict")).isEqualTo(strict);
  }

  @Test
  void shouldCheckAllZonesOfTheConfiguration() {
    assertThat(run("check", "-c", configuration.toString())).isZero();
    assertThat(printed())
        .contains("+ example.com.  3 records, serial 7  " + folder.resolve("example.com.zone"))
        .contains("+ example.net.  2 records, serial ")
        .endsWith("2 zones, 0 errors, 0 warnings\n");
  }

  @Test
  void shouldCheckOneZoneOfTheConfiguration() throws Exception {
    Files.writeString(folder.resolve("example.com.zone"), APEX + "m MX 10 www\nn MX 10 gone\n");

    assertThat(run("check", "EXAMPLE.com", "-c", configuration.toString())).isZero();
    assertThat(printed())
        .contains(
            folder.resolve("example.com.zone")
                + ":6:1: warning: n.example.com. MX: gone.example.com. has no address in this zone"
                + "  [mx-address]")
        .endsWith("1 zone, 0 errors, 1 warning\n");
  }

  @Test
  void shouldPrintFindingsAsJson() {
    assertThat(run("check", "--json", folder.resolve("questionable.example.zone").toString()))
        .isZero();
    assertThat(printed())
        .startsWith("[{\"zone\":\"questionable.example.\",\"source\":\"")
        .contains(
            "\"records\":4,\"serial\":7,\"findings\":[{\"severity\":\"WARNING\",\"rule\":\"mx-address\"");
  }

  @Test
  void shouldCompareTheSerialWithThatOfAServer() throws Exception {
    ScriptedServer.Script serving =
        (query, _) -> {
          Message answer = Answers.to(query);
          if (query.getQuestion().getName().toString().equals("example.com.")) {
            answer.addRecord(
                Answers.record("example.com.", Type.SOA, 60, "ns1 hostmaster 8 1 1 1 1"),
                Section.ANSWER);
          }
          return List.of(answer.toWire());
        };
    String file = folder.resolve("example.com.zone").toString();
    try (ScriptedServer server = new ScriptedServer(serving, (_, _) -> List.of())) {
      assertThat(run("check", file, "--against", server.at(), "--strict")).isEqualTo(1);
      assertThat(printed())
          .contains("the serial 7 is not newer than 8, which " + server.at().substring(1))
          .contains("[serial-not-newer]");
      // A zone that the server does not have is new.
      assertThat(run("check", file, "-o", "example.org", "--against", server.at(), "--strict"))
          .isZero();
    }
    assertThat(run("check", file, "--against", "@127.0.0.1:1")).isEqualTo(3);
    assertThat(complaint())
        .isEqualTo("error: --against: nothing listens on 127.0.0.1:1 over UDP\n");
    assertThat(run("check", file, "--against", "@[::1")).isEqualTo(2);
  }

  @Test
  void shouldPrintZonesWithWhatTheirServicesAnswer() {
    assertThat(run("print", "example.com", "-c", configuration.toString())).isZero();
    assertThat(printed())
        .isEqualTo(
            """
            example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 7 3600 900 1209600 60
            example.com. 300 IN NS ns1.example.com.
            alias.example.com. 30 IN CNAME backend.example.org. ; service
            ns1.example.com. 300 IN A 192.0.2.1
            www.example.com. 60 IN A 192.0.2.10 ; service
            www.example.com. 60 IN AAAA 2001:db8::10 ; service
            """);
    assertThat(run("print", "example.net.", "-c", configuration.toString(), "--relative")).isZero();
    assertThat(printed())
        .startsWith("$ORIGIN example.net.\n@ 3600 IN SOA ns1.example.com. hostmaster ")
        .endsWith(
            """
            @ 30 IN A 192.0.2.11 ; service
            @ 3600 IN NS ns1.example.com.
            ; example.net. service: the addresses of backend.example.org, found while the server runs
            """);
  }

  @Test
  void shouldPrintRecordsAsJson() {
    assertThat(run("print", "--json", folder.resolve("example.com.zone").toString())).isZero();
    assertThat(printed())
        .contains(
            "{\"name\":\"ns1.example.com.\",\"ttl\":300,\"class\":\"IN\",\"type\":\"A\",\"data\":\"192.0.2.1\",\"service\":false}]");
  }

  @Test
  void shouldNotPrintWhatIsRefused() {
    Path file = folder.resolve("db.refused.example");

    assertThat(run("print", file.toString())).isEqualTo(1);
    assertThat(printed()).isEmpty();
    assertThat(complaint())
        .isEqualTo(
            file
                + ":5:5: expected an IPv4 address, found '1.2.3'\n"
                + "error: refused.example. is refused; `detour zone check` shows all of it\n");
  }

  @Test
  void shouldSayWhatWasExpected() throws Exception {
    Path nameless = Files.writeString(folder.resolve("zone1"), APEX);

    assertThat(run("check", nameless.toString())).isEqualTo(2);
    assertThat(complaint())
        .isEqualTo(
            "error: which zone is in "
                + nameless
                + "? Its name does not say; name it with --origin example.com\n");
    assertThat(run("check", nameless.toString(), "-o", "a..b")).isEqualTo(2);
    assertThat(complaint()).isEqualTo("error: \"a..b\" is no domain name: a label is empty\n");
    assertThat(run("check", nameless.toString(), "-o", "example.org")).isZero();
    assertThat(run("check", "no/such.zone")).isEqualTo(1);
    assertThat(complaint()).isEqualTo("error: there is no file no/such.zone\n");
    assertThat(run("print", "example.org", "-c", configuration.toString())).isEqualTo(1);
    assertThat(complaint())
        .endsWith(
            "error: there is no file example.org, and no zone of that name in the configuration\n");
    assertThat(run("check", "example.org", "-c", folder.resolve("none.yaml").toString()))
        .isEqualTo(1);
    assertThat(complaint())
        .endsWith("error: there is no file example.org, and for a zone of that name: 1 problem\n");
    assertThat(run()).isEqualTo(2);
    assertThat(complaint()).startsWith("error: which command?\n");
    assertThat(run("print")).isEqualTo(2);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complaint() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private int run(String... words) {
    out.reset();
    err.reset();
    String[] arguments = new String[words.length + 1];
    arguments[0] = "zone";
    System.arraycopy(words, 0, arguments, 1, words.length);
    PrintStream output = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(
            output,
            errors,
            false,
            new Look(100, false, false),
            InstantSource.system(),
            ZoneOffset.UTC,
            Map.of());
    return CommandLineInterface.run(
        arguments, "0.1.0", new LocalCommands(output, errors), terminal);
  }
}
