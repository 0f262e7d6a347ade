package detour.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.server.cluster.store.EtcdMember;
import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.probe.kinds.ProbeKinds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/// Whole servers in one process that share a real etcd, with backends on loopback.
@Timeout(180)
class ClusterWiringTest {
  private static final Pattern EPOCH = Pattern.compile("epoch=(\\d+)");

  @TempDir Path folder;
  private EtcdMember etcd;
  private ServerSocket primary;
  private ServerSocket backup;

  /// Further keys of the service.
  private String more = "";

  @BeforeEach
  void start() throws IOException {
    etcd = EtcdMember.alone(folder.resolve("etcd"));
    primary = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    backup = new ServerSocket(primary.getLocalPort(), 50, InetAddress.ofLiteral("127.0.0.2"));
  }

  @AfterEach
  void stop() throws IOException {
    primary.close();
    backup.close();
    etcd.close();
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100));
  }

  private Wiring node(String name, String role, String vantages) throws Exception {
    Path file = folder.resolve(name + ".yaml");
    Files.writeString(
        file,
        """
        node: { name: %s, role: %s, data_dir: %s }
        listen: { dns: ["127.0.0.1:0"], http: "127.0.0.1:0", api: { without_token: configure } }
        cluster:
          etcd: ["%s"]
          vantages: [%s]
          lease: 6s
        zones:
          - { name: example.com, ns: [ns1.example.net] }
        services:
          - name: www.example.com
            check: { type: tcp, port: %d, interval: 500ms, timeout: 500ms }
            failback_after: 1h
            %s
            pools:
              - { name: one, endpoints: [127.0.0.1] }
              - { name: two, endpoints: [127.0.0.2] }
        """
            .formatted(
                name,
                role,
                folder.resolve("data-" + name),
                etcd.endpoint(),
                vantages,
                primary.getLocalPort(),
                more));
    return new Wiring(configuration(file));
  }

  private static Configuration configuration(Path file) {
    return switch (ConfigurationReader.read(file, ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var _) -> valid;
      case ConfigurationReader.Result.Invalid(var problems, var _) ->
          throw new AssertionError(problems);
    };
  }

  private static Message ask(Wiring server) throws IOException {
    Message query =
        Message.newQuery(Record.newRecord(Name.fromString("www.example.com."), Type.A, DClass.IN));
    query.addRecord(
        new OPTRecord(
            1232,
            0,
            0,
            0,
            new GenericEDNSOption(EDNSOption.Code.NSID, new byte[0]),
            new GenericEDNSOption(19, new byte[0])),
        Section.ADDITIONAL);
    SimpleResolver resolver = new SimpleResolver(server.dnsAddresses().getFirst());
    resolver.setEDNS(-1);
    return resolver.send(query);
  }

  private static String answer(Wiring server) throws IOException {
    return ask(server).getSection(Section.ANSWER).getFirst().rdataToString();
  }

  private static byte[] payload(EDNSOption option) {
    byte[] wire = option.toWire();
    return Arrays.copyOfRange(wire, 4, wire.length);
  }

  private static String identifier(Wiring server) throws IOException {
    return new String(payload(ask(server).getOPT().getOptions(3).getFirst()), UTF_8);
  }

  private static long epoch(Wiring server) throws IOException {
    Matcher epoch = EPOCH.matcher(identifier(server));
    assertThat(epoch.find()).isTrue();
    return Long.parseLong(epoch.group(1));
  }

  private static long epochOfZone(Wiring server) throws IOException {
    byte[] version = payload(ask(server).getOPT().getOptions(19).getLast());
    assertThat(version[1] & 0xFF).isEqualTo(246);
    return ByteBuffer.wrap(version).getLong(2);
  }

  private static String get(Wiring server, String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.apiAddress().getPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  /// Of etcd itself: how many nodes are there.
  private int present() {
    String from = base64("/detour/default/vantages/");
    String to = base64("/detour/default/vantages0");
    String found =
        etcd.post(
            "kv/range",
            "{\"key\":\"%s\",\"range_end\":\"%s\",\"keys_only\":true}".formatted(from, to));
    return (int)
        Pattern.compile("\"key\":\"([^\"]+)\"")
            .matcher(found)
            .results()
            .map(key -> new String(Base64.getDecoder().decode(key.group(1)), UTF_8))
            .filter(key -> key.endsWith("/presence"))
            .count();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  /// The "all nodes show the same selection epoch": in NSID, ZONEVERSION and the API.
  @Test
  void shouldAnswerAlikeUnderOneEpoch() throws Exception {
    try (Wiring ams = node("ams1", "both", "ams1, fra1");
        Wiring fra = node("fra1", "both", "ams1, fra1")) {
      soon().until(() -> get(ams, "/api/v1/cluster").contains("\"fra1\"") && epoch(ams) > 0);
      soon().until(() -> epoch(ams) == epoch(fra));
      long before = epoch(ams);
      assertThat(answer(ams)).isEqualTo("127.0.0.1");

      primary.close();

      soon().until(() -> answer(ams).equals("127.0.0.2") && answer(fra).equals("127.0.0.2"));
      soon().until(() -> epoch(ams) > before && epoch(ams) == epoch(fra));
      assertThat(identifier(ams)).startsWith("ams1 epoch=");
      assertThat(identifier(fra)).startsWith("fra1 epoch=");
      assertThat(epochOfZone(ams)).isEqualTo(epoch(ams)).isEqualTo(epochOfZone(fra));
      assertThat(get(fra, "/api/v1/status")).contains("\"epoch\":" + epoch(fra));
      assertThat(get(fra, "/metrics")).contains("detour_selection_epoch " + epoch(fra));
      soon().until(() -> !get(ams, "/api/v1/cluster").contains("\"agrees\":false"));
    }
  }

  @Test
  void shouldHaveOneNodeRaiseTheFenceForAll() throws Exception {
    Path raised = folder.resolve("raised");
    more =
        "fence: { command: [/bin/sh, -c, \"echo $DETOUR_FROM $DETOUR_TO >> %s\"] }"
            .formatted(raised);
    try (Wiring ams = node("ams1", "both", "ams1, fra1");
        Wiring fra = node("fra1", "both", "ams1, fra1")) {
      soon().until(() -> get(ams, "/api/v1/cluster").contains("\"fra1\"") && epoch(ams) > 0);
      soon().until(() -> epoch(ams) == epoch(fra));
      assertThat(raised).doesNotExist();

      primary.close();

      soon().until(() -> answer(ams).equals("127.0.0.2") && answer(fra).equals("127.0.0.2"));
      assertThat(Files.readAllLines(raised)).containsExactly("one two");
    }
  }

  @Test
  void shouldHaveLeftWhenItsStopIsDone() throws Exception {
    try (Wiring ams = node("ams1", "both", "ams1, fra1")) {
      try (Wiring fra = node("fra1", "both", "ams1, fra1")) {
        soon().until(() -> present() == 2);
        assertThat(fra.dnsAddresses()).isNotEmpty();
      }
      assertThat(present()).as("by the lease it would take 6 s").isEqualTo(1);
      assertThat(answer(ams)).isEqualTo("127.0.0.1");
    }
    assertThat(present()).isZero();
  }

  @Test
  void shouldLetAnotherProbeForIt() throws Exception {
    try (Wiring probe = node("p1", "probe", "p1");
        Wiring answers = node("a1", "answer", "p1")) {
      soon().until(() -> present() == 2);
      assertThat(probe.dnsAddresses()).as("a probe answers nobody").isEmpty();

      primary.close();

      soon().until(() -> answer(answers).equals("127.0.0.2"));
      assertThat(get(answers, "/metrics")).contains("detour_probes_started_total 0.0");
      assertThat(get(probe, "/metrics")).doesNotContain("detour_probes_started_total 0.0");
      assertThat(get(answers, "/api/v1/cluster")).contains("\"role\":\"probe\"");
      // What the probes found is shown by a node that has none.
      String trends = "/api/v1/services/www.example.com/trends";
      soon().until(() -> get(answers, trends).contains("\"passed\":false"));
      assertThat(get(answers, trends)).contains("\"name\":\"p1\"");
    }
  }

  /// Static stability: what was agreed on last stands, and so does its epoch.
  @Test
  void shouldStartWhereItWasWhenTheStoreIsGone() throws Exception {
    long last;
    try (Wiring ams = node("ams1", "both", "ams1")) {
      soon().until(() -> epoch(ams) > 0);
      primary.close();
      soon().until(() -> answer(ams).equals("127.0.0.2"));
      long moved = revisionOfTheLatch();
      soon().until(() -> epoch(ams) == moved);
      last = epoch(ams);
      etcd.kill();
    }

    try (Wiring again = node("ams1", "both", "ams1")) {
      assertThat(answer(again)).isEqualTo("127.0.0.2");
      assertThat(epoch(again)).isEqualTo(last);
    }
  }

  private long revisionOfTheLatch() {
    String key = base64("/detour/default/latches/www.example.com/joint");
    soon()
        .until(() -> {
          String found = etcd.post("kv/range", "{\"key\":\"%s\"}".formatted(key));
          return value(found).contains("\"two\"");
        });
    String found = etcd.post("kv/range", "{\"key\":\"%s\"}".formatted(key));
    Matcher revision = Pattern.compile("\"mod_revision\":\"(\\d+)\"").matcher(found);
    assertThat(revision.find()).isTrue();
    return Long.parseLong(revision.group(1));
  }

  private static String value(String found) {
    Matcher value = Pattern.compile("\"value\":\"([^\"]+)\"").matcher(found);
    return value.find() ? new String(Base64.getDecoder().decode(value.group(1)), UTF_8) : "";
  }

  @Test
  void shouldStopAlthoughTheStoreDoesNotAnswer() throws Exception {
    Wiring ams = node("ams1", "both", "ams1");
    soon().until(() -> present() == 1);
    etcd.kill();
    ams.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("publish", "store", "cluster");
  }
}
