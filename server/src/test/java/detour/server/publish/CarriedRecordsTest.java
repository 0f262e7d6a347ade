package detour.server.publish;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Endpoint;
import detour.failover.model.ProbeTarget;
import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.probe.kinds.ProbeKinds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/// Services whose endpoints carry records, from the configuration file to the answer.
final class CarriedRecordsTest {
  private static final String SIP = "_sip._tcp.example.com";
  private static final String APEX = "example.com";
  private static final String WWW = "www.example.com";

  private static final String ZONE =
      """
      $TTL 300
      @ SOA ns1 hostmaster 1 3600 900 1209600 30
      @ NS ns1.example.net.
      @ A 192.0.2.200
      @ TXT "of the zone"
      sip1 A 192.0.2.101
      exists TXT "here"
      a.between TXT "deeper"
      """;

  private static final String YAML =
      """
      zones: [{ name: example.com, file: example.com.zone }]
      guard: { mode: off }
      checks: { web: { type: tcp, port: 80 } }
      services:
        - name: _sip._tcp.example.com
          addresses: false
          check: web
          when_all_down: servfail
          pools:
            - endpoints:
                - { address: 192.0.2.10, records: SRV 10 60 5060 sip1.example.com }
                - { address: 192.0.2.11, records: SRV 10 40 5060 sip2.example.com }
            - endpoints:
                - { address: 198.51.100.10, records: SRV 20 0 5060 sip3.example.com. }
        - name: example.com
          addresses: false
          check: web
          pools:
            - endpoints: [{ address: 192.0.2.25, records: MX 10 mx1.example.net }]
            - endpoints: [{ address: 198.51.100.25, records: MX 10 mx2.example.net }]
        - name: www.example.com
          addresses: true
          check: web
          when_all_down: nodata
          pools:
            - endpoints: [{ address: 192.0.2.80, records: ["HTTPS 1 . alpn=h2,h3", TXT ams] }]
            - endpoints: [{ address: 198.51.100.80, records: ["HTTPS 1 . alpn=h2"] }]
        - name: "*.example.com"
          check: web
          pools:
            - endpoints: [192.0.2.80]
            - endpoints: [198.51.100.80]
        - name: marked.example.com
          check: none
          pools: [{ name: only, endpoints: [192.0.2.250] }]
      """;

  @TempDir Path folder;
  private Configuration configuration;
  private PublishWorld world;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("example.com.zone"), ZONE);
    Path file = Files.writeString(folder.resolve("detour.yaml"), YAML);
    ConfigurationReader.Result result = ConfigurationReader.read(file, ProbeKinds.ALL);
    assertThat(result).as(result.toString()).isInstanceOf(ConfigurationReader.Result.Valid.class);
    configuration = ((ConfigurationReader.Result.Valid) result).configuration();
    world =
        PublishWorld.of(
                new LoadedConfiguration(
                    "test.yaml", configuration.model(), configuration.zones(), List.of()))
            .started();
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void shouldAnswerTheRecordsOfTheSelectedEndpointsOnly() throws Exception {
    assertThat(world.answer(SIP, "SRV"))
        .containsExactly("10 40 5060 sip2.example.com.", "10 60 5060 sip1.example.com.");
    dies("192.0.2.10");
    assertThat(world.answer(SIP, "SRV")).containsExactly("10 40 5060 sip2.example.com.");
    dies("192.0.2.11");
    assertThat(world.answer(SIP, "SRV")).containsExactly("20 0 5060 sip3.example.com.");
    assertThat(world.track(SIP).answers()).containsExactly("SRV 20 0 5060 sip3.example.com.");
    dies("198.51.100.10");
    assertThat(world.answer(SIP, "SRV")).containsExactly("SERVFAIL");
  }

  @Test
  void shouldGiveTheSelectionsTtlAndAddTheAddressesOfTargets() throws Exception {
    Message response = world.ask(world.loop.table(), SIP, "SRV");
    assertThat(response.getSection(Section.ANSWER)).allMatch(record -> record.getTTL() == 30);
    assertThat(response.getSection(Section.ADDITIONAL).stream().map(Record::rdataToString))
        .contains("192.0.2.101");
  }

  @Test
  void shouldAnswerNoAddressesOfAServiceThatHasNone() throws Exception {
    assertThat(world.answer(SIP, "A")).isEmpty();
    assertThat(world.answer(SIP, "AAAA")).isEmpty();
    assertThat(world.answer(SIP, "TXT")).isEmpty();
  }

  @Test
  void shouldServeMailAtTheApexBesideTheZonesOwnRecords() throws Exception {
    assertThat(world.answer(APEX, "MX")).containsExactly("10 mx1.example.net.");
    dies("192.0.2.25");
    assertThat(world.answer(APEX, "MX")).containsExactly("10 mx2.example.net.");
    assertThat(world.answer(APEX, "A")).containsExactly("192.0.2.200");
    assertThat(world.answer(APEX, "TXT")).containsExactly("\"of the zone\"");
    assertThat(world.answer(APEX, "NS")).containsExactly("ns1.example.net.");
    assertThat(world.answer(APEX, "SOA")).hasSize(1);
  }

  @Test
  void shouldAnswerAddressesAndRecordsTogether() throws Exception {
    assertThat(world.answer(WWW, "A")).containsExactly("192.0.2.80");
    assertThat(world.answer(WWW, "HTTPS")).containsExactly("1 . alpn=h2,h3");
    assertThat(world.answer(WWW, "TXT")).containsExactly("ams");
    Message response = world.ask(world.loop.table(), WWW, "HTTPS");
    assertThat(response.getSection(Section.ADDITIONAL).stream().map(Record::rdataToString))
        .contains("192.0.2.80");
    dies("192.0.2.80");
    assertThat(world.answer(WWW, "A")).containsExactly("198.51.100.80");
    assertThat(world.answer(WWW, "HTTPS")).containsExactly("1 . alpn=h2");
    assertThat(world.answer(WWW, "TXT")).as("the type is the service's").isEmpty();
    dies("198.51.100.80");
    assertThat(world.answer(WWW, "A")).isEmpty();
    assertThat(world.answer(WWW, "HTTPS")).isEmpty();
  }

  @Test
  void shouldAnswerAWildcardServiceForNamesThatDoNotExist() throws Exception {
    Message response = world.ask(world.loop.table(), "a.b.Example.com", "A");
    assertThat(response.getSection(Section.ANSWER))
        .singleElement()
        .satisfies(record -> {
          assertThat(record.getName()).hasToString("a.b.Example.com.");
          assertThat(record.rdataToString()).isEqualTo("192.0.2.80");
        });
    assertThat(world.answer("*.example.com", "A")).containsExactly("192.0.2.80");
    dies("192.0.2.80");
    assertThat(world.answer("x.example.com", "A")).containsExactly("198.51.100.80");
  }

  @Test
  void shouldLetExistingNamesStopAWildcardService() throws Exception {
    assertThat(world.answer("exists.example.com", "A")).isEmpty();
    assertThat(world.answer("below.exists.example.com", "A")).containsExactly("NXDOMAIN");
    assertThat(world.answer("between.example.com", "A")).as("empty non-terminal").isEmpty();
    assertThat(world.answer("b.between.example.com", "A")).containsExactly("NXDOMAIN");
    assertThat(world.answer("_udp.example.com", "A")).containsExactly("192.0.2.80");
    assertThat(world.answer("_tcp.example.com", "A")).as("above a service").isEmpty();
  }

  private void dies(String destination) throws Exception {
    ProbeTarget target =
        configuration.model().services().stream()
            .flatMap(service -> service.pools().stream())
            .flatMap(pool -> pool.endpoints().stream())
            .filter(endpoint -> endpoint.destination().text().equals(destination))
            .map(Endpoint::targets)
            .findFirst()
            .orElseThrow()
            .getFirst();
    for (int failure = 0; failure < 3; failure++) {
      world.observe(target, false, "connection refused");
    }
  }
}
