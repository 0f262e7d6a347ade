package detour.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import detour.server.cli.CommandLineInterface;
import detour.server.cli.Look;
import detour.server.cli.Terminal;
import detour.server.publish.Command;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Type;
import tools.jackson.databind.JsonNode;

/// Whole servers that take their configuration from a real etcd.
@Timeout(180)
class ConfigurationByStoreTest extends ConfigurationByStoreCase {
  @Test
  void shouldRefuseQueriesUntilAConfigurationIsPushedAndThenAnswerOnEveryNode() throws Exception {
    Wiring ams = server("ams1");
    Wiring fra = server("fra1");

    assertThat(answer(ams)).isEqualTo("REFUSED");
    assertThat(get(ams, "/readyz").status()).isEqualTo(503);
    assertThat(status(ams)).contains("waits for the cluster's configuration");

    assertThat(push(ams, "alice", document("192.0.2.10")).status()).isEqualTo(200);

    awaitAnswer(ams, "192.0.2.10");
    awaitAnswer(fra, "192.0.2.10");
    assertThat(answer(fra, "example.com.", Type.MX)).isEqualTo("10 mail.example.net.");
    assertThat(get(fra, "/readyz").status()).isEqualTo(200);
    await().atMost(PATIENCE).until(() -> configuration(ams, "fra1").path("revision").asLong() == 1);
    assertThat(status(ams)).doesNotContain("waits for the cluster's configuration");
    assertThat(get(fra, "/api/v1/history").body().toString())
        .contains("revision 1", "applied", "alice");
  }

  @Test
  void shouldStartAndAnswerWithoutTheStoreByWhatRanLast() throws Exception {
    Wiring ams = server("ams1");
    push(ams, "alice", document("192.0.2.10"));
    awaitAnswer(ams, "192.0.2.10");
    await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(folder.resolve("data-ams1/configuration.json")));
    end(ams);
    etcd.kill();

    Wiring again = started("ams1");

    assertThat(answer(again)).isEqualTo("192.0.2.10");
    assertThat(get(again, "/readyz").status()).isEqualTo(200);
    etcd.start();
    etcd.awaitReady();
    await()
        .atMost(PATIENCE)
        .until(() -> push(again, "bob", document("192.0.2.11")).status() == 200);
    awaitAnswer(again, "192.0.2.11");
  }

  @Test
  void shouldSayThatItsCopyIsDamagedAndRunWhatTheStoreHas() throws Exception {
    Wiring ams = server("ams1");
    push(ams, "alice", document("192.0.2.10"));
    awaitAnswer(ams, "192.0.2.10");
    Path copy = folder.resolve("data-ams1/configuration.json");
    await().atMost(PATIENCE).until(() -> Files.exists(copy));
    end(ams);
    etcd.kill();
    Files.writeString(copy, Files.readString(copy).replace("192.0.2.10", "192.0.2.66"));

    Wiring again = started("ams1");

    assertThat(answer(again)).isEqualTo("REFUSED");
    assertThat(status(again)).contains("configuration.json", "digest");
    etcd.start();
    etcd.awaitReady();
    awaitAnswer(again, "192.0.2.10");
  }

  @Test
  void shouldRefuseWhatTheNodeThatIsAskedCannotRun() throws Exception {
    Wiring ams = server("ams1");
    push(ams, "alice", document("192.0.2.10"));
    awaitAnswer(ams, "192.0.2.10");
    Path script = folder.resolve("probe.sh");
    Files.writeString(script, "#!/bin/sh\nexit 0\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    String document = document("192.0.2.11", "{ type: command, command: [" + script + "] }");
    assertThat(push(ams, "alice", document, Map.of("dry_run", true)).status()).isEqualTo(200);

    Files.delete(script);
    Reply refused = push(ams, "alice", document);

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.detail()).contains("shared.yaml:5:").contains("probe.sh");
    assertThat(answer(ams)).isEqualTo("192.0.2.10");
  }

  @Test
  void shouldTellWhichNodeRefusedARevisionAndWhyAndTryAgainAtAReload() throws Exception {
    Wiring ams = server("ams1");
    Wiring fra = server("fra1");
    push(ams, "alice", document("192.0.2.10"));
    awaitAnswer(fra, "192.0.2.10");
    // Another file of its own knows other vantages, so a check for one of them makes no sense here.
    String own = Files.readString(file("fra1"));
    Files.writeString(file("fra1"), own.replace("[ams1, fra1, nyc1]", "[ams1, fra1, tyo1]"));
    fra.inbox().command(new Command.Reload("a test")).get(60, TimeUnit.SECONDS);

    String document = document("192.0.2.11", "{ type: tcp, port: 1, vantages: [nyc1] }");
    assertThat(push(ams, "alice", document).status()).isEqualTo(200);

    awaitAnswer(ams, "192.0.2.11");
    await().atMost(PATIENCE).until(() -> configuration(ams, "fra1").path("refused").asLong() == 2);
    assertThat(configuration(ams, "fra1").path("revision").asLong()).isEqualTo(1);
    assertThat(configuration(ams, "fra1").path("problem").asString())
        .startsWith("shared.yaml:5:")
        .contains("nyc1");
    assertThat(answer(fra)).isEqualTo("192.0.2.10");
    assertThat(status(fra)).contains("revision 2 of the cluster's configuration was refused here");

    Files.writeString(file("fra1"), own);
    fra.inbox().command(new Command.Reload("a test")).get(60, TimeUnit.SECONDS);

    awaitAnswer(fra, "192.0.2.11");
    await().atMost(PATIENCE).until(() -> configuration(ams, "fra1").path("revision").asLong() == 2);
    assertThat(configuration(ams, "fra1").path("refused").asLong()).isZero();
  }

  @Test
  void shouldRefuseWhatIsNotValidWithAllProblemsAndTheirLines() throws Exception {
    Wiring ams = server("ams1");

    Reply reply =
        push(
            ams,
            "alice",
            """
            zones:
              - { name: example.com, file: zones/example.com.zone }
              - { name: example.net, file: zones/nosuch.zone }
            listen: { http: "127.0.0.1:1" }
            servces: []
            checks:
              db: { type: postgres, user: probe, password: hunter2 }
            """);

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.detail())
        .contains("shared.yaml:3:", "nosuch.zone", "shared.yaml:4:1: listen is each node's own")
        .contains("shared.yaml:5:1: unknown key", "shared.yaml:7:", "password_file")
        .doesNotContain("hunter2");
    assertThat(get(ams, "/api/v1/config").status()).isEqualTo(404);
  }

  @Test
  void shouldRollBackToAnEarlierRevisionAsALaterOne() throws Exception {
    Wiring ams = server("ams1");
    push(ams, "alice", document("192.0.2.10"));
    push(ams, "bob", document("192.0.2.11"));
    awaitAnswer(ams, "192.0.2.11");

    Reply reply =
        post(
            ams,
            "carol",
            "/api/v1/config/rollback",
            Map.of("revision", "1", "comment", "it was better"));

    assertThat(reply.status()).isEqualTo(200);
    awaitAnswer(ams, "192.0.2.10");
    JsonNode revisions = get(ams, "/api/v1/config/history").body().path("revisions");
    assertThat(revisions).hasSize(3);
    assertThat(revisions.get(0).path("revision").asLong()).isEqualTo(3);
    assertThat(revisions.get(0).path("current").asBoolean()).isTrue();
    assertThat(revisions.get(0).path("author").asString()).startsWith("carol (");
    assertThat(revisions.get(0).path("comment").asString())
        .isEqualTo("roll back to 1: it was better");
    assertThat(get(ams, "/api/v1/config").body().at("/configuration/document").asString())
        .isEqualTo(document("192.0.2.10"));
  }

  @Test
  void shouldChangeNothingWhenTheSameIsPushedOrAnotherRevisionWasExpected() throws Exception {
    Wiring ams = server("ams1");
    push(ams, "alice", document("192.0.2.10"));

    Reply same = push(ams, "bob", document("192.0.2.10"));
    assertThat(same.body().path("changed").asBoolean()).isFalse();
    assertThat(same.body().path("revision").asLong()).isEqualTo(1);
    Reply other = push(ams, "bob", document("192.0.2.11"), Map.of("expected", 7));
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.detail())
        .contains("alice (api@127.0.0.1) pushed revision 1", "because alice wants it");
    assertThat(get(ams, "/api/v1/config/history").body().path("revisions")).hasSize(1);
  }

  @Test
  void shouldTakeAPushOnANodeWithAFileOfItsOwnAndNotRunIt() throws Exception {
    Wiring ams =
        server(
            "ams1",
            "file",
            """
            zones:
              - { name: example.com, ns: [ns1.example.net] }
            services:
              - name: www.example.com
                check: none
                pools:
                  - endpoints: [192.0.2.1]
            """);

    assertThat(push(ams, "alice", document("192.0.2.10")).status()).isEqualTo(200);

    Wiring fra = server("fra1");
    awaitAnswer(fra, "192.0.2.10");
    assertThat(answer(ams)).isEqualTo("192.0.2.1");
    await().atMost(PATIENCE).until(() -> !configuration(fra, "ams1").isMissingNode());
    assertThat(configuration(fra, "ams1").isNull()).isTrue();
  }

  /// As by somebody who clears the store.
  private void loseEverything() throws IOException, InterruptedException {
    String all =
        "{\"key\":\"%s\",\"range_end\":\"%s\"}".formatted(base64("/detour/"), base64("/detour0"));
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(etcd.endpoint().resolve("/v3/kv/deleterange"))
              .POST(HttpRequest.BodyPublishers.ofString(all))
              .build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldGoOnWithWhatItRunsWhenTheStoreHasLostItAndTakeTheNextPush() throws Exception {
    Wiring ams = server("ams1");
    Wiring fra = server("fra1");
    push(ams, "alice", document("192.0.2.10"));
    push(ams, "alice", document("192.0.2.11"));
    awaitAnswer(ams, "192.0.2.11");
    awaitAnswer(fra, "192.0.2.11");

    loseEverything();
    assertThat(get(ams, "/api/v1/config").status()).isEqualTo(404);
    assertThat(answer(ams)).isEqualTo("192.0.2.11");
    Reply reply = push(ams, "bob", document("192.0.2.12"));

    assertThat(reply.body().path("revision").asLong()).isEqualTo(3);
    awaitAnswer(ams, "192.0.2.12");
    awaitAnswer(fra, "192.0.2.12");
  }

  @Test
  void shouldLetOneOfManyWinAtATimeAndEndWithTheSameEverywhere() throws Exception {
    List<Wiring> nodes = List.of(server("ams1"), server("fra1"), server("nyc1"));
    List<Reply> replies = new CopyOnWriteArrayList<>();
    List<Thread> operators = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      int operator = i;
      operators.add(
          Thread.startVirtualThread(() ->
              replies.add(
                  push(
                      nodes.get(operator % 3),
                      "operator" + operator,
                      document("192.0.2." + (100 + operator))))));
    }
    for (Thread operator : operators) {
      operator.join();
    }

    JsonNode revisions = get(nodes.getFirst(), "/api/v1/config/history").body().path("revisions");
    long pushed = replies.stream().filter(reply -> reply.status() == 200).count();
    assertThat(pushed).isPositive().isEqualTo(revisions.size());
    assertThat(replies)
        .filteredOn(reply -> reply.status() != 200)
        .allSatisfy(reply ->
            assertThat(reply.detail())
                .startsWith("nothing was changed, for somebody was first: op"));
    String last = revisions.get(0).path("author").asString().replaceAll("operator(\\d+) .*", "$1");
    for (Wiring node : nodes) {
      awaitAnswer(node, "192.0.2." + (100 + Integer.parseInt(last)));
    }
  }

  @Test
  void shouldSayThatNothingWasChangedWhenTheStoreIsAway() throws Exception {
    Wiring ams = server("ams1");
    etcd.kill();

    Reply reply = push(ams, "alice", document("192.0.2.10"));

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.detail()).startsWith("nothing was changed: ").contains("etcd");
  }

  private int command(Wiring server, ByteArrayOutputStream out, String... arguments) {
    List<String> all = new ArrayList<>(List.of("config"));
    all.addAll(List.of(arguments));
    all.add("--server=http://127.0.0.1:" + server.apiAddress().getPort());
    PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(
            to,
            to,
            false,
            new Look(120, false, true),
            InstantSource.system(),
            ZoneOffset.UTC,
            Map.of("SUDO_USER", "carol"));
    return CommandLineInterface.run(
        all.toArray(String[]::new), "0.1.0", new LocalCommands(to, to), terminal);
  }

  private String said(int exitCode, Wiring server, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code = command(server, out, arguments);
    String said = out.toString(StandardCharsets.UTF_8);
    assertThat(code).as("%s%n%s", String.join(" ", arguments), said).isEqualTo(exitCode);
    return said;
  }

  @Test
  void shouldBeHandledFromTheCommandLine() throws Exception {
    Wiring ams = server("ams1");
    Wiring fra = server("fra1");
    await().atMost(PATIENCE).until(() -> !configuration(ams, "fra1").isMissingNode());
    Path shared = folder.resolve("site/shared.yaml");
    Files.createDirectories(folder.resolve("site/zones"));
    Files.writeString(shared, "node: { name: laptop }\n" + document("192.0.2.10"));
    Files.writeString(folder.resolve("site/zones/example.com.zone"), ZONE);
    Files.writeString(folder.resolve("site/zones/mail.inc"), "@ 60 MX 10 mail.example.net.\n");
    String file = shared.toString();

    assertThat(said(0, ams, "push", "-c", file, "-m", "the first"))
        .contains("left out, as each node's own: node", "revision 1 is in the store")
        .containsPattern("✔ ams1 +runs revision 1")
        .containsPattern("✔ fra1 +runs revision 1");
    assertThat(answer(fra)).isEqualTo("192.0.2.10");
    assertThat(said(0, fra, "diff", "-c", file)).isEmpty();

    Files.writeString(shared, document("192.0.2.11"));
    Files.writeString(folder.resolve("site/zones/mail.inc"), "@ 60 MX 20 mail.example.net.\n");
    assertThat(said(1, fra, "diff", "-c", file))
        .contains("--- revision 1: shared.yaml", "+++ shared.yaml")
        .contains("-      - endpoints: [192.0.2.10]", "+      - endpoints: [192.0.2.11]")
        .contains("--- revision 1: zones/mail.inc", "+@ 60 MX 20 mail.example.net.");
    assertThat(said(0, fra, "push", "-c", file, "-m", "moved", "--no-wait"))
        .contains("revision 2 is in the store");
    assertThat(said(0, ams, "history"))
        .contains("REVISION", "the first", "moved", "carol")
        .containsPattern("→ 2 ");
    assertThat(said(0, ams, "show", "1")).contains("endpoints: [192.0.2.10]", "2 zone files");
    Path into = folder.resolve("into");
    assertThat(said(0, ams, "show", "--into", into.toString())).contains("mail.inc");
    assertThat(into.resolve("zones/mail.inc")).hasContent("@ 60 MX 20 mail.example.net.");
    assertThat(said(0, ams, "rollback", "1", "-m", "no good")).contains("✔ fra1", "revision 3");
    assertThat(answer(fra)).isEqualTo("192.0.2.10");
    assertThat(said(1, ams, "rollback", "9", "-m", "which?")).contains("there is no revision 9");

    Files.writeString(shared, document("nonsense"));
    assertThat(said(1, ams, "push", "-c", file, "-m", "oops")).contains("shared.yaml:7:");
    Files.delete(folder.resolve("site/zones/example.com.zone"));
    assertThat(said(1, ams, "diff", "-c", file))
        .contains("shared.yaml:2:", "zones/example.com.zone: there is no such file");
  }

  @Test
  void shouldNotReadTheOwnFileBeforeItIsToldTo() throws Exception {
    Wiring ams = server("ams1");
    String own = Files.readString(file("ams1"));
    Files.writeString(file("ams1"), "node: [half writ");

    push(ams, "alice", document("192.0.2.10"));

    awaitAnswer(ams, "192.0.2.10");
    assertThatThrownBy(
            () -> ams.inbox().command(new Command.Reload("a test")).get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("ams1.yaml:1:");
    assertThat(answer(ams)).isEqualTo("192.0.2.10");
    Files.writeString(file("ams1"), own);
  }
}
