package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;
import tools.jackson.databind.JsonNode;

/// A changed configuration is applied whole or not at all.
class ReloadTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  @BeforeEach
  void startBackends() {
    stage.backend(1);
    stage.backend(2);
  }

  @Test
  void shouldApplyAChangedFileOnSighup() {
    DetourServer server = stage.server(twoPools(stage));

    server.configure(twoPools(stage).replace("www.example.com", "new.example.com"));
    server.signal("HUP");

    server.awaitAnswer("new.example.com", stage.address(1));
    assertThat(server.dns().ask(WWW, Type.A).getRcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void shouldApplyAChangedFileOnCommand() {
    DetourServer server = stage.server(twoPools(stage));

    server.configure(twoPools(stage).replace("www.example.com", "new.example.com"));
    server.cli("reload").requireSuccess();

    assertThat(server.dns().addresses("new.example.com")).containsExactly(stage.address(1));
  }

  @Test
  void shouldRefuseABadFileWholeAndNameItsLines() {
    DetourServer server = stage.server(twoPools(stage));
    String bad =
        twoPools(stage).replace("www.example.com", "new.example.com").replace("ttl:", "tlt:");
    int line = 1 + lineOf(bad, "tlt:");

    server.configure(bad);
    Command.Output output = server.cli("reload");

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.all())
        .contains(server.configurationFile().getFileName() + ":" + line + ":")
        .contains("tlt");
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));
    assertThat(server.json("/api/v1/status").path("configuration").path("problems")).isNotEmpty();
  }

  private static int lineOf(String configuration, String text) {
    List<String> lines = configuration.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i + DetourServer.firstConfigurationLine() - 1;
      }
    }
    throw new AssertionError(text);
  }

  @Test
  void shouldKeepOpinionsOfUnchangedEndpoints() {
    DetourServer server = stage.server(twoPools(stage));
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    JsonNode before = opinion(server);

    server.configure(twoPools(stage).replace("ttl: 5s", "ttl: 17s"));
    server.cli("reload").requireSuccess();

    JsonNode after = opinion(server);
    assertThat(Instant.parse(after.path("since").asString()))
        .isCloseTo(Instant.parse(before.path("since").asString()), within(1, ChronoUnit.MILLIS));
    assertThat(after.path("consecutive_passes").asInt())
        .isGreaterThanOrEqualTo(before.path("consecutive_passes").asInt());
    assertThat(after.path("health").asString()).isEqualTo("UP");
    assertThat(server.selection(WWW).path("ttl_seconds").asInt()).isEqualTo(17);
  }

  private static JsonNode opinion(DetourServer server) {
    return server.endpoint(WWW, "primary", "p1").path("opinions").path(0);
  }

  @Test
  void shouldKeepTheOldZoneWhenTheNewOneIsBad() {
    stage.file("example.com.zone", zone("192.0.2.1"));
    String configuration = "zones: [ { name: example.com, file: example.com.zone } ]\n";
    DetourServer server = stage.server(configuration);
    assertThat(server.dns().addresses("host.example.com")).containsExactly("192.0.2.1");

    stage.file("example.com.zone", zone("192.0.2.999"));
    Command.Output output = server.cli("reload");

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.all()).contains("example.com.zone:3");
    assertThat(server.dns().addresses("host.example.com")).containsExactly("192.0.2.1");

    stage.file("example.com.zone", zone("192.0.2.2"));
    server.cli("reload").requireSuccess();
    assertThat(server.dns().addresses("host.example.com")).containsExactly("192.0.2.2");
  }

  private static String zone(String address) {
    return """
    @ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
    @ 3600 IN NS ns1.example.net.
    host 300 IN A %s
    """
        .formatted(address);
  }

  @Test
  void shouldAddAndRemoveEndpoints() {
    stage.backend(3);
    DetourServer server = stage.server(twoPools(stage));
    String one = "[ { name: p1, address: " + stage.address(1) + " } ]";
    String two = one.replace(" ]", ", " + stage.address(3) + " ]");

    server.configure(twoPools(stage).replace(one, two));
    server.cli("reload").requireSuccess();
    server.awaitAnswer(WWW, stage.address(1), stage.address(3));

    server.configure(twoPools(stage));
    server.cli("reload").requireSuccess();
    server.awaitAnswer(WWW, stage.address(1));
  }
}
