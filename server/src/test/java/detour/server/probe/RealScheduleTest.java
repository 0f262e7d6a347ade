package detour.server.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.Check;
import detour.failover.model.CheckSettings;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Thresholds;
import detour.failover.opinion.Observation;
import detour.server.metrics.Metrics;
import detour.server.probe.http.HttpSettings;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.probe.socket.TcpCheck;
import detour.server.publish.Agreed;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Peers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The schedule with its real event loops, against real peers.
class RealScheduleTest {
  private static final String ADDRESS = "127.0.0.24";
  private static final Path NGINX = Path.of("/usr/sbin/nginx");

  private final Latest inbox = new Latest();

  @Test
  void shouldSeeAnEndpointGoAndComeBack() throws Exception {
    try (ProbeSchedule schedule = schedule()) {
      int port;
      ProbeTarget target;
      try (ServerSocket listener = ScriptedBackend.listener(ADDRESS)) {
        port = listener.getLocalPort();
        target = target("tcp", new TcpCheck.Settings(port));
        schedule.targets(Set.of(target));
        awaitDetail(target, "connected");
      }
      awaitDetail(target, "connection refused");
      try (ServerSocket again = new ServerSocket(port, 50, InetAddress.getByName(ADDRESS))) {
        assertThat(again.isBound()).isTrue();
        awaitDetail(target, "connected");
      }
    }
  }

  @Test
  void shouldCloseAtOnceThoughProbesHang() throws Exception {
    ProbeSchedule schedule = schedule();
    try (ScriptedBackend backend = ScriptedBackend.on(ADDRESS, socket -> Thread.sleep(60_000))) {
      ProbeTarget target = target("http", Probing.http(backend.port()));
      schedule.targets(Set.of(target));
      await().until(() -> !backend.requests().isEmpty());
      schedule.close();

      await().atMost(Duration.ofSeconds(10)).until(() -> probeThreads() == 0);
      assertThat(inbox.last).isEmpty();
    }
  }

  @Test
  void shouldSeeWhatNginxServes(@TempDir Path folder) throws Exception {
    if (!Files.isExecutable(NGINX)) {
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(NGINX + " is missing, and CI must not skip");
      }
      System.out.println("skipped: " + NGINX + " is missing");
      Assumptions.abort("nginx is missing");
    }
    int port;
    try (ServerSocket free = ScriptedBackend.listener(ADDRESS)) {
      port = free.getLocalPort();
    }
    Process nginx = startNginx(folder, port);
    try (ProbeSchedule schedule = schedule()) {
      ProbeTarget good = target("http", get(port, "/healthz", "fine"));
      ProbeTarget bad = target("http", get(port, "/absent", null));
      schedule.targets(Set.of(good, bad));
      awaitDetail(good, "200 OK, body matches");
      awaitDetail(bad, "status 404, expected 200");
      nginx.destroy();
      assertThat(nginx.waitFor(30, TimeUnit.SECONDS)).isTrue();
      awaitDetail(good, "connection refused");
    } finally {
      nginx.destroyForcibly();
    }
  }

  private static CheckSettings get(int port, String path, @Nullable String body) {
    return new HttpSettings(
        port, path, null, "GET", Map.of(), List.of(HttpSettings.StatusRange.OK), body, null);
  }

  private static Process startNginx(Path folder, int port)
      throws IOException, InterruptedException {
    Files.writeString(Files.createDirectories(folder.resolve("html")).resolve("healthz"), "fine");
    Path configuration =
        Files.writeString(
            folder.resolve("nginx.conf"),
            """
            daemon off;
            master_process off;
            pid %1$s/nginx.pid;
            error_log stderr;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              server { listen %2$s:%3$d; root %1$s/html; }
            }
            """
                .formatted(folder, ADDRESS, port));
    return new ProcessBuilder(
            NGINX.toString(), "-p", folder.toString(), "-c", configuration.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
  }

  private static long probeThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("probe-"))
        .filter(Thread::isAlive)
        .count();
  }

  private void awaitDetail(ProbeTarget target, String detail) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(inbox.last)
                .hasEntrySatisfying(target, seen -> assertThat(seen.detail()).isEqualTo(detail)));
  }

  private ProbeSchedule schedule() {
    return new ProbeSchedule(
        inbox,
        new Metrics(),
        ProbeKinds.ALL,
        new SystemResolver(Duration.ofSeconds(5)),
        System::nanoTime,
        2,
        new DescriptorBudget(100, 100));
  }

  private static ProbeTarget target(String kind, CheckSettings settings) {
    Check check =
        new Check(
            kind,
            settings,
            Duration.ofMillis(100),
            Duration.ofMillis(50),
            Duration.ofSeconds(20),
            Thresholds.DEFAULT);
    return new ProbeTarget(check, Probing.destination(ADDRESS));
  }

  private static final class Latest implements Inbox {
    private final Map<ProbeTarget, Observation> last = new ConcurrentHashMap<>();

    @Override
    public void observed(ProbeTarget target, Observation observation) {
      last.put(target, observation);
    }

    @Override
    public void resolved(String hostName, List<InetAddress> addresses) {
      throw new AssertionError("nothing is to be resolved");
    }

    @Override
    public void peers(Peers.Change change) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> command(Command command) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void agreed(Agreed agreed) {
      throw new UnsupportedOperationException();
    }
  }
}
