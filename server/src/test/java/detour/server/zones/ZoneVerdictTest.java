package detour.server.zones;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import detour.dns.wire.Name;
import detour.server.probe.PeerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where BIND, Knot and NSD agree whether a zone will do, so do we.
@Timeout(120)
class ZoneVerdictTest {
  private static final String SOA = "@ SOA ns1 hostmaster 1 3600 900 1209600 300;";
  private static final String APEX = SOA + "@ NS ns1;ns1 A 192.0.2.1;";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        APEX,
        APEX + "a CNAME b",
        APEX + "a CNAME b;a TXT x",
        APEX + "a CNAME b;a CNAME c",
        APEX + "a A 192.0.2",
        APEX + "a A 192.0.2.256",
        APEX + "a AAAA 2001:db8::g",
        APEX + "a TXT \"unclosed",
        APEX + "a TXT ( x",
        APEX + "a MX x mail",
        APEX + "a MX 65536 mail.example.net.",
        APEX + "a NOSUCHTYPE x",
        APEX + "a TYPE65280 \\# 3 0102",
        APEX + "a TYPE65280 \\# 2 0102",
        APEX + "a A \\# 4 c0000201",
        APEX + "a A \\# 3 c00002",
        APEX + "a 1h30m A 192.0.2.1",
        APEX + "a..b A 192.0.2.1",
        APEX + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa A 192.0.2.1",
        APEX + "*.a A 192.0.2.1",
        APEX + "d DNAME example.net.;d TXT x",
        APEX + "sub NS ns.sub;ns.sub A 192.0.2.2",
        APEX + "$ORIGIN sub;a A 192.0.2.1",
        APEX + "$INCLUDE nothing-there",
        APEX + "$NOSUCH x",
        APEX + "a TXT x",
        "@ NS ns1;ns1 A 192.0.2.1",
        "@ NS ns1.example.net.;ns1 A 192.0.2.1",
        SOA + "@ CNAME www",
      })
  void shouldAgreeWherePeersAgree(String lines) throws Exception {
    Path file = folder.resolve("example.com.zone");
    Files.writeString(file, "$TTL 300\n" + lines.replace(';', '\n') + "\n");
    String path = file.toString();
    boolean bind = takes("named-checkzone", "-i", "none", "-k", "ignore", "example.com", path);
    boolean knot = takes("kzonecheck", "-o", "example.com", path);
    boolean nsd = takes("nsd-checkzone", "example.com", path);
    ZoneContent ours = ZoneContent.read(file, Name.parse("example.com"), ZoneContent.Services.NONE);

    assumeTrue(bind == knot && knot == nsd, "BIND %s, Knot %s, NSD %s".formatted(bind, knot, nsd));
    assertThat(ours.errors().isEmpty()).as(ours.errors().toString()).isEqualTo(bind);
  }

  private boolean takes(String program, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(PeerProcess.require(program)));
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0;
  }
}
