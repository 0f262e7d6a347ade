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

/// Several services at one name, each with its own types, pools and failover.
final class SharedNamesTest {
  private static final String APEX = "example.com";

  private static final String YAML =
      """
      zones: [{ name: example.com, ns: [ns1.example.net] }]
      guard: { mode: off }
      checks: { any: { type: tcp, port: 80 } }
      services:
        - name: mail
          owner: example.com
          addresses: false
          check: any
          when_all_down: servfail
          pools:
            - endpoints: [{ address: 192.0.2.25, records: [MX 10 mx1.example.net, TXT one] }]
            - endpoints: [{ address: 198.51.100.25, records: MX 10 mx2.example.net }]
        - name: www.example.com
          check: any
          pools: [{ endpoints: [192.0.2.90] }]
        - name: example.com
          check: any
          when_all_down: nodata
          pools:
            - endpoints: [192.0.2.80]
            - endpoints: [198.51.100.80]
        - name: marked.example.com
          check: none
          pools: [{ name: only, endpoints: [192.0.2.250] }]
        - name: named
          owner: "*.names.example.com"
          check: any
          pools: [{ endpoints: [origin.example.net] }]
        - name: named-caa
          owner: "*.names.example.com"
          addresses: false
          check: any
          pools: [{ endpoints: [{ address: 192.0.2.91, records: CAA 0 issue ca.example.net }] }]
      """;

  @TempDir Path folder;
  private Configuration configuration;
  private PublishWorld world;

  @BeforeEach
  void start() throws IOException {
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
  void shouldFailOverEachServiceForItself() throws Exception {
    assertThat(world.answer(APEX, "A")).containsExactly("192.0.2.80");
    assertThat(world.answer(APEX, "MX")).containsExactly("10 mx1.example.net.");
    assertThat(world.answer(APEX, "TXT")).containsExactly("one");
    dies("192.0.2.25");
    assertThat(world.answer(APEX, "A")).containsExactly("192.0.2.80");
    assertThat(world.answer(APEX, "MX")).containsExactly("10 mx2.example.net.");
    assertThat(world.answer(APEX, "TXT")).isEmpty();
    dies("192.0.2.80");
    assertThat(world.answer(APEX, "A")).containsExactly("198.51.100.80");
    assertThat(world.answer(APEX, "MX")).containsExactly("10 mx2.example.net.");
  }

  @Test
  void shouldKeepWhatOneDoesWhenAllIsDownFromTheOther() throws Exception {
    dies("192.0.2.25");
    dies("198.51.100.25");
    assertThat(world.answer(APEX, "MX")).containsExactly("SERVFAIL");
    assertThat(world.answer(APEX, "A")).containsExactly("192.0.2.80");
    dies("192.0.2.80");
    dies("198.51.100.80");
    assertThat(world.answer(APEX, "A")).isEmpty();
    assertThat(world.answer(APEX, "NS")).containsExactly("ns1.example.net.");
  }

  @Test
  void shouldKnowEachByItsName() throws Exception {
    dies("192.0.2.25");
    assertThat(world.track("mail").answers()).containsExactly("MX 10 mx2.example.net.");
    assertThat(world.track(APEX).answers()).containsExactly("192.0.2.80");
    assertThat(world.answer("www.example.com", "A")).containsExactly("192.0.2.90");
  }

  /// RFC 1034 section 3.6.2: no CNAME beside the records of the other service.
  @Test
  void shouldFlattenHostNamesWhereAnotherServiceStands() throws Exception {
    assertThat(world.answer("x.names.example.com", "CNAME")).isEmpty();
    assertThat(world.answer("x.names.example.com", "CAA")).hasSize(1);
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
