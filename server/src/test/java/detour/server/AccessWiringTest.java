package detour.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.server.cli.CommandLineInterface;
import detour.server.cli.ExitCode;
import detour.server.cli.Look;
import detour.server.cli.Terminal;
import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.probe.Certificates;
import detour.server.probe.kinds.ProbeKinds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole server behind TLS and tokens, and the commands before it.
@Timeout(60)
class AccessWiringTest {
  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void write() throws Exception {
    Certificates.Pair own =
        new Certificates(folder).selfSigned("detour.example", "ip:127.0.0.1", "-1d", 9);
    Files.copy(own.pem(), folder.resolve("api.pem"));
    Files.copy(own.key(), folder.resolve("api.key"));
    Files.writeString(
        folder.resolve("detour.yaml"),
        """
        node: { name: here, data_dir: data }
        listen:
          dns: ["127.0.0.1:0"]
          http: "127.0.0.1:0"
          api:
            tls: { cert_file: api.pem, key_file: api.key }
            token_file: tokens
            without_token: none
        zones:
          - { name: example.com, ns: [ns1.example.net] }
        services:
          - name: www.example.com
            check: { type: tcp, port: 9 }
            pools: [{ name: ams, endpoints: [127.0.0.1] }]
        """);
    environment.put("SUDO_USER", "carol");
    environment.put("DETOUR_CA_FILE", folder.resolve("api.pem").toString());
  }

  @Test
  void shouldLetInWhomTheTokenCommandMadeATokenFor() throws Exception {
    add("alice", "operate");
    try (Wiring server = new Wiring(configuration())) {
      environment.put("DETOUR_SERVER", "https://127.0.0.1:" + server.apiAddress().getPort());

      assertThat(run("status")).isEqualTo(ExitCode.NO);
      assertThat(text(err)).contains("this needs a token");

      environment.put("DETOUR_TOKEN_FILE", folder.resolve("alice").toString());
      assertThat(run("drain", "www.example.com/ams", "--reason", "new kernel"))
          .as(() -> text(err))
          .isEqualTo(ExitCode.DONE);
      assertThat(run("history", "--json")).isEqualTo(ExitCode.DONE);
      assertThat(text(out)).contains("\"author\":\"carol (alice@127.0.0.1)\"");

      assertThat(run("reload")).isEqualTo(ExitCode.NO);
      assertThat(text(err)).contains("the token alice has the role operate");
    }
  }

  @Test
  void shouldFollowTheTokensWithoutAReload() throws Exception {
    add("alice", "read");
    environment.put("DETOUR_TOKEN_FILE", folder.resolve("alice").toString());
    try (Wiring server = new Wiring(configuration())) {
      environment.put("DETOUR_SERVER", "https://127.0.0.1:" + server.apiAddress().getPort());
      assertThat(run("status")).as(() -> text(err)).isEqualTo(ExitCode.DONE);

      assertThat(run("token", "remove", "alice", "-c", yaml())).isEqualTo(ExitCode.DONE);
      await().until(() -> run("status") == ExitCode.NO);

      Files.delete(folder.resolve("alice"));
      add("alice", "read");
      await().until(() -> run("status") == ExitCode.DONE);
    }
  }

  @Test
  void shouldListTokensWithoutTheirSecrets() throws Exception {
    add("alice", "operate");
    add("bob", "read");

    assertThat(run("token", "list", "-c", yaml())).isEqualTo(ExitCode.DONE);

    assertThat(text(out)).contains("alice", "operate", "bob", "never");
    assertThat(text(out)).doesNotContain("detour_", "sha256");
    assertThat(run("token", "add", "bob", "--role", "read", "-c", yaml())).isEqualTo(ExitCode.NO);
    assertThat(text(err)).contains("a token is named bob already");
  }

  @Test
  void shouldNotSendATokenInTheClear() throws Exception {
    environment.put("DETOUR_SERVER", "http://192.0.2.1:8053");
    environment.put("DETOUR_TOKEN", "detour_secret");

    assertThat(run("status")).isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("in the clear").doesNotContain("detour_secret");
  }

  /// Its secret is then in a file of its name.
  private void add(String name, String role) throws IOException {
    assertThat(run("token", "add", name, "--role", role, "-c", yaml()))
        .as(() -> text(err))
        .isEqualTo(ExitCode.DONE);
    Files.writeString(folder.resolve(name), text(out));
  }

  private String yaml() {
    return folder.resolve("detour.yaml").toString();
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream complaints = new PrintStream(err, true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(
            printed,
            complaints,
            false,
            new Look(100, false, true),
            InstantSource.system(),
            ZoneOffset.UTC,
            Map.copyOf(environment));
    return CommandLineInterface.run(
        arguments, "test", new LocalCommands(printed, complaints), terminal);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private Configuration configuration() {
    return switch (ConfigurationReader.read(folder.resolve("detour.yaml"), ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var _) -> valid;
      case ConfigurationReader.Result.Invalid(var problems, var _) ->
          throw new AssertionError(problems);
    };
  }
}
