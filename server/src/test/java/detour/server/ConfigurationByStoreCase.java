package detour.server;

import static org.awaitility.Awaitility.await;

import detour.server.cluster.store.EtcdMember;
import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.listen.ListenException;
import detour.server.probe.kinds.ProbeKinds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Servers on a real etcd from which they take their configuration, and how tests talk to them.
abstract class ConfigurationByStoreCase {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final JsonMapper JSON = JsonMapper.builder().build();
  static final String ZONE =
      """
      @ 60 SOA ns1.example.net. hostmaster.example.com. 1 3600 900 1209600 30
      @ 60 NS ns1.example.net.
      $INCLUDE mail.inc
      """;

  @TempDir Path folder;
  EtcdMember etcd;
  final List<Wiring> servers = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    etcd = EtcdMember.alone(folder.resolve("etcd"));
  }

  @AfterEach
  void stop() {
    servers.forEach(Wiring::close);
    if (etcd != null) {
      etcd.close();
    }
  }

  Wiring server(String node) throws IOException, ListenException {
    return server(node, "store", "");
  }

  Wiring server(String node, String origin, String shared) throws IOException, ListenException {
    Path file = file(node);
    Files.writeString(
        file,
        """
        node: { name: %s, data_dir: %s }
        listen: { dns: ["127.0.0.1:0"], http: "127.0.0.1:0", api: { without_token: configure } }
        cluster:
          etcd: "%s"
          vantages: [ams1, fra1, nyc1]
          lease: 2s
          configuration: %s
        %s
        """
            .formatted(node, folder.resolve("data-" + node), etcd.endpoint(), origin, shared));
    return started(node);
  }

  Path file(String node) {
    return folder.resolve(node + ".yaml");
  }

  Wiring started(String node) throws IOException, ListenException {
    Configuration configuration =
        switch (ConfigurationReader.read(file(node), ProbeKinds.ALL)) {
          case ConfigurationReader.Result.Valid(var valid, var _) -> valid;
          case ConfigurationReader.Result.Invalid(var problems, var _) ->
              throw new AssertionError(problems);
        };
    Wiring server = new Wiring(configuration);
    servers.add(server);
    return server;
  }

  void end(Wiring server) {
    servers.remove(server);
    server.close();
  }

  static String document(String address) {
    return document(address, "none");
  }

  static String document(String address, String check) {
    return """
    zones:
      - { name: example.com, file: zones/example.com.zone }
    services:
      - name: www.example.com
        check: %s
        pools:
          - endpoints: [%s]
    """
        .formatted(check, address);
  }

  static @Nullable String answer(Wiring server) {
    return answer(server, "www.example.com.", Type.A);
  }

  /// The first record, or the name of the response code; null when there was no answer.
  static @Nullable String answer(Wiring server, String name, int type) {
    try {
      SimpleResolver resolver = new SimpleResolver(server.dnsAddresses().getFirst());
      Message response =
          resolver.send(Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)));
      return response.getSection(Section.ANSWER).isEmpty()
          ? Rcode.string(response.getRcode())
          : response.getSection(Section.ANSWER).getFirst().rdataToString();
    } catch (IOException e) {
      return null;
    }
  }

  record Reply(int status, JsonNode body) {
    String detail() {
      return body.path("detail").asString();
    }
  }

  static Reply push(Wiring server, String author, String document) {
    return push(server, author, document, Map.of());
  }

  static Reply push(Wiring server, String author, String document, Map<String, Object> more) {
    Map<String, Object> body = new TreeMap<>(more);
    body.put("name", "shared.yaml");
    body.put("document", document);
    body.put("comment", "because " + author + " wants it");
    body.put(
        "files",
        Map.of("zones/example.com.zone", ZONE, "zones/mail.inc", "@ 60 MX 10 mail.example.net.\n"));
    return post(server, author, "/api/v1/config", body);
  }

  static Reply post(Wiring server, String author, String path, Map<String, ?> body) {
    return send(
        request(server, path)
            .header("Content-Type", "application/json")
            .header("Detour-Author", author)
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build());
  }

  static Reply get(Wiring server, String path) {
    return send(request(server, path).build());
  }

  static HttpRequest.Builder request(Wiring server, String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.apiAddress().getPort() + path));
  }

  static Reply send(HttpRequest request) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      String body = response.body();
      return new Reply(response.statusCode(), JSON.readTree(body.startsWith("{") ? body : "{}"));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  static void awaitAnswer(Wiring server, String expected) {
    await().atMost(PATIENCE).until(() -> expected.equals(answer(server)));
  }

  /// What a node tells of the configuration that it runs, as another sees it.
  static JsonNode configuration(Wiring from, String node) {
    for (JsonNode one : get(from, "/api/v1/cluster").body().path("nodes")) {
      if (one.path("name").asString().equals(node)) {
        return one.path("configuration");
      }
    }
    return JSON.missingNode();
  }

  static String status(Wiring server) {
    return get(server, "/api/v1/status").body().toString();
  }
}
