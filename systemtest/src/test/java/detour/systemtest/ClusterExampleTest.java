package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The cluster that a reader starts on one machine: `examples/cluster/start`.
class ClusterExampleTest {
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<DnsClient> NODES =
      Stream.of("127.0.0.11", "127.0.0.12", "127.0.0.13")
          .map(address -> new DnsClient(address, 5300))
          .toList();
  private static final Pattern LISTED = Pattern.compile("(?m)^  (\\S+) +kill -STOP (\\d+)");

  @TempDir private Path folder;
  private Path words;
  private Process script;

  @BeforeEach
  void start() throws IOException {
    Peers.require("etcd");
    Peers.require("setsid");
    words = folder.resolve("words");
    ProcessBuilder builder =
        new ProcessBuilder(PackagedBuild.repository().resolve("examples/cluster/start").toString())
            .redirectErrorStream(true)
            .redirectOutput(words.toFile());
    builder.environment().putAll(PackagedBuild.environment());
    builder.environment().put("DETOUR", PackagedBuild.program().toString());
    builder.environment().put("TMPDIR", folder.toString());
    script = builder.start();
    await()
        .atMost(START)
        .failFast(() -> {
          assertThat(script.isAlive()).as(said()).isTrue();
        })
        .until(() -> said().contains("Ctrl-C ends it all"));
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (script != null) {
      script.destroy();
      if (!script.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        processes().values().forEach(ProcessHandle::destroyForcibly);
        script.destroyForcibly();
      }
    }
  }

  @Test
  void shouldFailOverOnEveryNodeAndEndWithoutATrace() throws Exception {
    awaitOnEveryNode("127.0.1.1");
    Map<String, ProcessHandle> processes = processes();
    assertThat(processes)
        .containsOnlyKeys(
            "etcd-ams1", "etcd-fra1", "etcd-nyc1", "web-ams", "web-fra", "ams1", "fra1", "nyc1");
    assertThat(status("--cluster", "--check").requireSuccess().out())
        .contains("ams1", "fra1", "nyc1");

    Objects.requireNonNull(processes.get("web-ams")).destroyForcibly();
    awaitOnEveryNode("127.0.2.1");
    await().atMost(PATIENCE).until(() -> explanation().contains("3 of 3 vantages say DOWN"));

    script.destroy();
    assertThat(script.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(said()).isTrue();
    assertThat(script.exitValue()).as(said()).isZero();
    assertThat(processes.values()).noneMatch(ProcessHandle::isAlive);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(words);
    }
  }

  private static void awaitOnEveryNode(String address) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(NODES)
                .allSatisfy(node ->
                    assertThat(node.addresses("www.demo.example")).containsExactly(address)));
  }

  private Command.Output status(String... arguments) {
    List<String> line = new ArrayList<>(List.of("status", "--server", "http://127.0.0.12:8053"));
    line.addAll(List.of(arguments));
    return PackagedBuild.run(folder, line.toArray(String[]::new));
  }

  private String explanation() {
    return PackagedBuild.run(
            folder, "explain", "www.demo.example", "--server", "http://127.0.0.13:8053")
        .requireSuccess()
        .out();
  }

  private Map<String, ProcessHandle> processes() {
    Map<String, ProcessHandle> processes = new HashMap<>();
    Matcher listed = LISTED.matcher(said());
    while (listed.find()) {
      ProcessHandle.of(Long.parseLong(listed.group(2)))
          .ifPresent(process -> processes.put(listed.group(1), process));
    }
    return processes;
  }

  private String said() {
    try {
      return Files.readString(words);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
