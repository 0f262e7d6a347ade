package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// An endpoint that is a host name: an alias where one may stand, its addresses where none may.
class HostNameEndpointTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  @Test
  void shouldAnswerAnAlias() {
    DetourServer server = stage.server(configuration("www.example.com"));

    assertThat(server.dns().ask("www.example.com", Type.A).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("backend.example.org.");
    assertThat(server.dns().ask("www.example.com", Type.AAAA).getSection(Section.ANSWER))
        .extracting(Record::getType)
        .containsExactly(Type.CNAME);
  }

  @Test
  void shouldAnswerAddressesAtTheApex() {
    DetourServer server = started(configuration("example.com"), stage.address(9));

    server.awaitAnswer("example.com", stage.address(9));
    assertThat(server.dns().ask("example.com", Type.SOA).getSection(Section.ANSWER)).hasSize(1);
  }

  @Test
  void shouldCheckTheHostThatTheNameStandsFor() {
    stage.backend(1);
    DetourServer server =
        started(configuration("example.com").replace("check: none", checkOf()), stage.address(1));

    server.awaitAnswer("example.com", stage.address(1));
    server.awaitVerdict("example.com", "pool1", "backend.example.org", "UP");
  }

  private String checkOf() {
    return "check: { type: http, port: %d, path: /healthz, interval: 300ms, timeout: 200ms }"
        .formatted(stage.port());
  }

  /// A server in whose world `backend.example.org` has one address.
  private DetourServer started(String configuration, String address) {
    var hosts = stage.file("hosts", address + " backend.example.org\n");
    DetourServer server = stage.unstartedServer(configuration);
    server.environment(Map.of("JDK_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + hosts));
    server.start();
    return server;
  }

  private static String configuration(String service) {
    return """
    zones: [ { name: example.com, ns: [ns1.example.net] } ]
    services:
      - name: %s
        check: none
        pools: [ { endpoints: [backend.example.org] } ]
    """
        .formatted(service);
  }
}
