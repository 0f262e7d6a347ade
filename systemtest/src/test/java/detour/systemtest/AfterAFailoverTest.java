package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.ScriptedBackend.Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/// What operators read once a service has failed over: who may still hold the old answer, with a
/// real Unbound that does, and the report of the incident.
class AfterAFailoverTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  private final int resolverPort = Ports.free();
  private ScriptedBackend primary;
  private DetourServer server;

  @BeforeEach
  void start() {
    primary = stage.backend(1);
    stage.backend(2);
    server =
        stage.server(
            twoPools(stage).replace("ttl: 5s", "ttl: 10s")
                + "convergence: { resolvers: [\"127.0.0.1:%d\"] }%n".formatted(resolverPort));
    server.awaitVerdict(WWW, "standby", "s1", "UP");
    server.awaitAnswer(WWW, stage.address(1));
  }

  @Test
  void shouldTellWhoHoldsTheOldAnswerUntilNobodyDoes() {
    DnsClient resolver = unbound();
    assertThat(resolver.addresses(WWW)).containsExactly(stage.address(1));
    primary.behave(Behaviour.ERROR_500);
    server.awaitAnswer(WWW, stage.address(2));

    Command.Output told = server.cli("convergence", WWW);
    assertThat(told.exitCode()).as("it is held").isEqualTo(1);
    assertThat(told.out())
        .contains(stage.address(1), stage.address(2), "127.0.0.1:" + resolverPort);
    JsonNode asked = server.json("/api/v1/services/" + WWW + "/convergence").path("resolvers");
    assertThat(asked).as("A and AAAA").hasSize(2);
    assertThat(asked.path(0).path("stale").path(0).asString()).isEqualTo(stage.address(1));
    assertThat(asked.path(0).path("ttl_seconds").asLong()).isBetween(0L, 10L);

    Awaitility.await("nobody to hold it")
        .atMost(DetourServer.PATIENCE)
        .until(() -> server.cli("convergence", WWW).exitCode() == 0);
    assertThat(resolver.addresses(WWW)).containsExactly(stage.address(2));
    Awaitility.await("the resolver to be asked anew")
        .atMost(DetourServer.PATIENCE)
        .untilAsserted(() ->
            assertThat(server.json("/api/v1/services/" + WWW + "/convergence").path("resolvers"))
                .allSatisfy(seen -> assertThat(seen.path("stale")).isEmpty()));
  }

  @Test
  void shouldWriteAReportThatStandsAlone() throws IOException {
    primary.behave(Behaviour.ERROR_500);
    server.awaitAnswer(WWW, stage.address(2));
    Path file = stage.directory().resolve("incident.html");

    server.cli("report", WWW, "--since", "10m", "-o", file.toString()).requireSuccess();

    String report = Files.readString(file);
    assertThat(report)
        .startsWith("<!DOCTYPE html>")
        .contains("Incident of " + WWW, "primary is not available", "status 500")
        .contains(stage.address(1), stage.address(2), server.configurationFile().toString())
        .contains("Results of the last hour", "primary/p1 from ")
        .doesNotContain("<script", "src=", "http-equiv=\"refresh\"");
    assertThat(server.cli("report", "none.example", "-o", "-").exitCode()).isNotZero();
  }

  /// A resolver that asks this server.
  private DnsClient unbound() {
    Path configuration =
        stage.file(
            "unbound.conf",
            """
            server:
                username: ""
                chroot: ""
                directory: "%1$s"
                pidfile: "%1$s/unbound.pid"
                use-syslog: no
                num-threads: 1
                interface: 127.0.0.1@%2$d
                access-control: 127.0.0.0/8 allow
                module-config: "iterator"
                do-not-query-localhost: no
            stub-zone:
                name: "example.com."
                stub-addr: 127.0.0.1@%3$d
            remote-control:
                control-enable: no
            """
                .formatted(stage.directory(), resolverPort, server.dnsPort()));
    Daemon unbound =
        stage.closing(
            new Daemon(
                List.of(Peers.require("unbound"), "-d", "-c", configuration.toString()),
                stage.directory().resolve("unbound.log")));
    stage.showing(unbound::log);
    unbound.start();
    DnsClient resolver = new DnsClient("127.0.0.1", resolverPort);
    Awaitility.await("Unbound to answer")
        .atMost(DetourServer.PATIENCE)
        .ignoreExceptions()
        .until(() -> !resolver.addresses(WWW).isEmpty());
    return resolver;
  }
}
