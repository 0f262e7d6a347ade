package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.RateLimits;
import detour.failover.model.Check;
import detour.failover.model.CheckRule;
import detour.failover.model.Destination;
import detour.failover.model.Endpoint;
import detour.failover.model.FailoverBudget;
import detour.failover.model.GuardPolicy;
import detour.failover.model.Pool;
import detour.failover.model.Service;
import detour.failover.model.Share;
import detour.failover.model.Thresholds;
import detour.failover.model.WhenAllDown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigurationReaderTest {
  private static final String ZONE = "zones: [{name: example.com, ns: ns1.example.net}]\n";

  static final String EVERY_KEY =
      """
      node: {name: fra1, data_dir: data}
      listen:
        dns: ["127.0.0.1:0", "[::1]:5353"]
        http: "[::1]:8080"
        proxy_protocol: {from: [192.0.2.1, 10.0.0.0/8]}
        tcp_connections: 7
        tcp_connections_per_client: 3
        tcp_idle_timeout: 500ms
        udp_payload: 4096
        rate_limit:
          mode: count
          answers: 10
          nxdomain: 20
          referrals: 30
          errors: 40
          all: 0
          burst: 2s
          slip: 3
          ipv4_prefix: 32
          ipv6_prefix: 64
          exempt: [192.0.2.0/24, "2001:db8::/32", 198.51.100.7]
      checks:
        web:
          type: https
          port: 8443
          path: /up
          host: www.example.com
          headers: {X-Version: 2, X-Debug: true}
          expect: {status: [204, 3xx], body: fine}
          verify: false
          interval: 1m
          fast_interval: 2s
          timeout: 10s
          fall: 4
          rise: 5
          fall_total: 6
          forgive: 7
          flap_window: 8m
          flap_limit: 9
        db: {type: tcp, port: 5432}
      zones:
        - {name: Example.COM., ns: [ns1.example.net, NS2.example.net.], admin: a.b@example.net, ttl: 2h}
        - {name: sub.example.com, ns: ns1.example.net}
      services:
        - name: WWW.sub.example.com.
          ttl: 1m
          ttl_min: 10s
          check: {any: [web, db]}
          failback: manual
          failback_after: 5m
          answer: 2
          when_all_down: spare
          families: joint
          unknown: down
          pools:
            - name: main
              min_healthy: 50%
              check: db
              endpoints:
                - {name: a, address: 192.0.2.1, weight: 3, check: {at_least: 1, of: [web, {type: tcp, port: 1}]}}
                - 192.0.2.2
            - name: spare
              check: none
              endpoints: Backup.example.org.
      """;

  @TempDir Path folder;

  @Test
  void shouldReadEveryKey() throws IOException {
    Configuration configuration = valid(EVERY_KEY);
    assertThat(configuration.node())
        .isEqualTo(
            new NodeSettings(
                "fra1",
                folder.resolve("data"),
                NodeSettings.Role.BOTH,
                "fra1",
                "name",
                new CookieSettings(CookieSettings.Mode.ON, List.of())));
    assertThat(configuration.model().vantage()).isEqualTo("fra1");
    assertThat(configuration.listen())
        .isEqualTo(
            new ListenSettings(
                List.of(socket("127.0.0.1", 0), socket("::1", 5353)),
                null,
                socket("::1", 8080),
                ApiSettings.DEFAULT,
                List.of(
                    AddressPrefix.of(new byte[] {(byte) 192, 0, 2, 1}, 32),
                    AddressPrefix.of(new byte[] {10, 0, 0, 0}, 8)),
                7,
                3,
                Duration.ofMillis(500),
                4096,
                new RateLimits(
                    RateLimits.Mode.COUNT,
                    10,
                    20,
                    30,
                    40,
                    0,
                    Duration.ofSeconds(2),
                    3,
                    32,
                    64,
                    List.of(
                        new AddressPrefix(0, 0xFFFF_C000_0200L, 120),
                        new AddressPrefix(0x2001_0DB8L << 32, 0, 32),
                        new AddressPrefix(0, 0xFFFF_C633_6407L, 128)))));
    Check web =
        new Check(
            "https",
            new SampleKinds.Settings(
                8443,
                "/up",
                "www.example.com",
                List.of("204", "3xx"),
                "fine",
                Map.of("X-Version", "2", "X-Debug", "true"),
                false),
            Duration.ofMinutes(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            new Thresholds(4, 5, 6, 7, Duration.ofMinutes(8), 9));
    assertThat(configuration.checks()).containsEntry("web", web).containsOnlyKeys("web", "db");
    Check db = configuration.checks().get("db");
    Service service = configuration.model().services().getFirst();
    assertThat(service.name()).isEqualTo("www.sub.example.com");
    assertThat(service.zone()).isEqualTo("sub.example.com");
    assertThat(service.ttl()).isEqualTo(Duration.ofMinutes(1));
    assertThat(service.ttlMin()).isEqualTo(Duration.ofSeconds(10));
    assertThat(service.failback()).isEqualTo(Service.Failback.MANUAL);
    assertThat(service.failbackAfter()).isEqualTo(Duration.ofMinutes(5));
    assertThat(service.answer()).isEqualTo(2);
    assertThat(service.whenAllDown()).isEqualTo(new WhenAllDown.NamedPool("spare"));
    assertThat(service.families()).isEqualTo(Service.Families.JOINT);
    assertThat(service.unknown()).isEqualTo(Service.UnknownHealth.DOWN);
    Pool main = service.pools().getFirst();
    assertThat(main.minHealthy()).isEqualTo(Share.percent(50));
    Endpoint first = main.endpoints().getFirst();
    assertThat(first.name()).isEqualTo("a");
    assertThat(first.weight()).isEqualTo(3);
    assertThat(first.checks().rule())
        .isEqualTo(new CheckRule.AtLeast(1, List.of(new CheckRule.Of(0), new CheckRule.Of(1))));
    assertThat(first.checks().checks()).hasSize(2).contains(web);
    Endpoint second = main.endpoints().getLast();
    assertThat(second.name()).isEqualTo("192.0.2.2");
    assertThat(second.weight()).isEqualTo(1);
    assertThat(second.checks().checks()).containsExactly(db);
    Endpoint backup = service.pools().getLast().endpoints().getFirst();
    assertThat(backup.destination()).isEqualTo(new Destination.HostName("backup.example.org"));
    assertThat(backup.checks().checks()).isEmpty();
  }

  @Test
  void shouldReadTheGuardABudgetAndARamp() throws IOException {
    Configuration configuration =
        valid(
            ZONE
                + """
                guard:
                  mode: on
                  canaries:
                    - {type: tcp, port: 53, target: 192.0.2.1}
                    - {type: tcp, port: 53, target: gateway.example.net}
                  quorum: 2
                  window: 20s
                  share: 80%
                  min_targets: 9
                  resume_after: 5s
                services:
                  - name: www.example.com
                    check: none
                    answer: one
                    failover_budget: {failovers: 5, window: 1h}
                    ramp: 60s
                    pools: [endpoints: 192.0.2.1]
                """);
    GuardPolicy guard = configuration.model().guard();
    assertThat(guard.on()).isTrue();
    assertThat(guard.canaries())
        .extracting(canary -> canary.destination().text())
        .containsExactly("192.0.2.1", "gateway.example.net");
    assertThat(guard.quorum()).isEqualTo(2);
    assertThat(guard.window()).isEqualTo(Duration.ofSeconds(20));
    assertThat(guard.sharePercent()).isEqualTo(80);
    assertThat(guard.minTargets()).isEqualTo(9);
    assertThat(guard.resumeAfter()).isEqualTo(Duration.ofSeconds(5));
    Service service = configuration.model().services().getFirst();
    assertThat(service.failoverBudget()).isEqualTo(new FailoverBudget(5, Duration.ofHours(1)));
    assertThat(service.ramp()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void shouldGuardUnlessToldNotTo() throws IOException {
    assertThat(valid(ZONE).model().guard()).isEqualTo(GuardPolicy.DEFAULT);
    assertThat(valid(ZONE + "guard: {mode: off}\n").model().guard().on()).isFalse();
  }

  @Test
  void shouldWarnOfARampThatDoesNothing() throws IOException {
    String yaml =
        ZONE
            + """
            services:
              - name: www.example.com
                check: none
                failover_budget: {failovers: 5, window: 1h}
                ramp: 60s
                pools: [endpoints: 192.0.2.1]
            """;
    assertThat(read(yaml).warnings().stream().map(Problem::toString))
        .anyMatch(warning -> warning.contains("ramp does nothing with answer: all"))
        .anyMatch(warning -> warning.contains("failover_budget does nothing with one pool"));
  }

  @Test
  void shouldFillInTheDefaults() throws IOException {
    Configuration configuration =
        valid(
            ZONE
                + "services: [{name: www.example.com, check: {type: http},"
                + " pools: [endpoints: 192.0.2.1, endpoints: 192.0.2.2]}]");
    assertThat(configuration.node().dataDir()).isEqualTo(Path.of("/var/lib/detour"));
    assertThat(configuration.node().name()).isNotBlank();
    assertThat(configuration.listen())
        .isEqualTo(
            new ListenSettings(
                List.of(socket("127.0.0.1", 53), socket("::1", 53)),
                null,
                socket("127.0.0.1", 8053),
                ApiSettings.DEFAULT,
                List.of(),
                1024,
                100,
                Duration.ofSeconds(10),
                1232,
                RateLimits.DEFAULT));
    Service service = configuration.model().services().getFirst();
    assertThat(service.pools().stream().map(Pool::name)).containsExactly("pool1", "pool2");
    assertThat(service.pools().getFirst().minHealthy()).isEqualTo(Share.count(1));
    Service expected =
        new Service(
            "www.example.com",
            "example.com",
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            service.pools(),
            Service.Failback.AUTO,
            Duration.ofSeconds(30),
            new WhenAllDown.Primary(),
            0,
            Service.Families.JOINT,
            Service.UnknownHealth.UP);
    assertThat(service).isEqualTo(expected);
    Check check = service.pools().getFirst().endpoints().getFirst().checks().checks().getFirst();
    assertThat(check.interval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(check.fastInterval()).isEqualTo(Duration.ofMillis(500));
    assertThat(check.timeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(check.thresholds()).isEqualTo(Thresholds.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({
    "50ms, 50ms, 50ms",
    "100ms, 50ms, 100ms",
    "1s, 100ms, 1s",
    "5s, 500ms, 2s",
    "10s, 1s, 2s",
    "1h, 1s, 2s"
  })
  void shouldDeriveFastIntervalAndTimeoutFromTheInterval(
      String interval, String fastInterval, String timeout) throws IOException {
    Check check =
        valid(
                ZONE
                    + "checks: {web: {type: http, interval: "
                    + interval
                    + "}}\nservices: [{name: a.example.com, check: web, pools: [endpoints:"
                    + " 192.0.2.1]}]")
            .checks()
            .values()
            .iterator()
            .next();
    assertThat(check.fastInterval()).isEqualTo(Durations.parse(fastInterval));
    assertThat(check.timeout()).isEqualTo(Durations.parse(timeout));
  }

  @ParameterizedTest
  @CsvSource({"one, 1", "all, 0", "1, 1", "3, 3"})
  void shouldReadHowManyAreAnswered(String written, int answer) throws IOException {
    Configuration configuration =
        valid(
            ZONE
                + "services: [{name: a.example.com, check: none, answer: "
                + written
                + ", pools: [endpoints: 192.0.2.1]}]");
    assertThat(configuration.model().services().getFirst().answer()).isEqualTo(answer);
  }

  @Test
  void shouldShortenTheLeastTtlWithTheTtl() throws IOException {
    Configuration configuration =
        valid(
            ZONE
                + "services: [{name: a.example.com, check: none, ttl: 3s, pools: [endpoints:"
                + " 192.0.2.1]}]");
    assertThat(configuration.model().services().getFirst().ttlMin())
        .isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void shouldExpandAnchors() throws IOException {
    Configuration configuration =
        valid(
            ZONE
                + "services:\n"
                + "  - {name: a.example.com, check: none, pools: &p [endpoints: 192.0.2.1]}\n"
                + "  - {name: b.example.com, check: none, pools: *p}\n");
    assertThat(configuration.model().services().getLast().pools())
        .isEqualTo(configuration.model().services().getFirst().pools());
  }

  @Test
  void shouldRefuseAnAliasBomb() throws IOException {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 30; i++) {
      String alias = "*a" + (i - 1);
      yaml.append("a%d: &a%d [%s, %s, %s, %s]\n".formatted(i, i, alias, alias, alias, alias));
    }
    assertThat(problems(yaml.toString())).singleElement().asString().contains("aliases");
  }

  @Test
  void shouldRefuseAFileThatIsTooLarge() throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.write(file, new byte[YamlDocument.MOST_BYTES + 1]);
    assertThat(problems(ConfigurationReader.read(file, SampleKinds.ALL)))
        .singleElement()
        .asString()
        .contains("larger than 16 MB");
  }

  @Test
  void shouldRefuseWhatIsNestedTooDeeply() throws IOException {
    assertThat(problems("zones: " + "[".repeat(200_000)))
        .singleElement()
        .asString()
        .contains("detour.yaml");
  }

  @Test
  void shouldReportAMissingFile() {
    assertThat(problems(ConfigurationReader.read(folder.resolve("no.yaml"), SampleKinds.ALL)))
        .containsExactly(folder.resolve("no.yaml") + ": there is no such file");
  }

  @Test
  void shouldReportWhatIsNoUtf8() throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.write(file, new byte[] {'a', ':', (byte) 0xff});
    assertThat(problems(ConfigurationReader.read(file, SampleKinds.ALL)))
        .singleElement()
        .asString()
        .endsWith("is not UTF-8 text");
  }

  @Test
  void shouldReportProblemsOfZoneFilesInTheSameRun() throws IOException {
    Files.writeString(
        folder.resolve("a.zone"), "@ 60 IN SOA ns1 h 1 2 3 4\n@ 60 IN A 192.0.2.300\n");
    assertThat(problems("nod: {}\nzones: [{name: example.com, file: a.zone}]\n"))
        .containsExactly(
            folder + "/detour.yaml:1:1: unknown key 'nod'; did you mean 'node'?",
            folder
                + "/a.zone:1:26: the data ends too early: expected primary server, mailbox, serial,"
                + " refresh, retry, expire and minimum",
            folder + "/a.zone:2:11: expected an IPv4 address, found '192.0.2.300'");
  }

  @Test
  void shouldReportAServiceThatCollidesWithTheZone() throws IOException {
    Files.writeString(
        folder.resolve("a.zone"),
        "@ 60 IN SOA ns1 h 1 2 3 4 5\n@ 60 IN NS ns1\nwww 60 IN A 192.0.2.1\n");
    assertThat(
            problems(
                "zones: [{name: example.com, file: a.zone}]\n"
                    + "services: [{name: www.example.com, check: none, pools: [endpoints:"
                    + " 192.0.2.1]}]"))
        .singleElement()
        .asString()
        .contains("detour.yaml:2:12: services[0]: www.example.com.");
  }

  @Test
  void shouldWarnOfWhatIsProbablyNotMeant() throws IOException {
    String yaml =
        """
        checks: {idle: {type: http}}
        zones: [{name: example.com, ns: ns1.example.com}]
        services:
          - name: www.example.com
            check: none
            pools: [endpoints: 192.0.2.1, endpoints: 192.0.2.2]
        """;
    assertThat(read(yaml).warnings().stream().map(Problem::toString))
        .containsExactly(
            folder + "/detour.yaml:1:16: checks.idle: no endpoint uses the check idle",
            folder
                + "/detour.yaml:2:9: zones[0]: ns1.example.com is inside this zone, but no service"
                + " gives it an address: resolvers cannot reach the zone through it",
            folder
                + "/detour.yaml:6:13: services[0].pools[0]: nothing tests the pool pool1, so the"
                + " pools after it are used only when an operator takes it down");
  }

  @Test
  void shouldMakeTheSameZoneFromTheSameConfiguration() throws IOException {
    String yaml =
        ZONE + "services: [{name: www.example.com, check: none, pools: [endpoints: 192.0.2.1]}]\n";
    long serial = valid(yaml).zones().getFirst().serial();
    assertThat(valid("# another file\n" + yaml).zones().getFirst().serial()).isEqualTo(serial);
    assertThat(valid(yaml.replace("ns1", "ns2")).zones().getFirst().serial()).isNotEqualTo(serial);
  }

  private static InetSocketAddress socket(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private Configuration valid(String yaml) throws IOException {
    ConfigurationReader.Result result = read(yaml);
    assertThat(result).isInstanceOf(ConfigurationReader.Result.Valid.class);
    return ((ConfigurationReader.Result.Valid) result).configuration();
  }

  private List<String> problems(String yaml) throws IOException {
    return problems(read(yaml));
  }

  private static List<String> problems(ConfigurationReader.Result result) {
    assertThat(result).isInstanceOf(ConfigurationReader.Result.Invalid.class);
    return ((ConfigurationReader.Result.Invalid) result)
        .problems().stream().map(Problem::toString).toList();
  }

  private ConfigurationReader.Result read(String yaml) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(file, yaml);
    return ConfigurationReader.read(file, SampleKinds.ALL);
  }
}
