package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The packaged server as a process, with its configuration, on loopback ports of its own.
public final class DetourServer implements AutoCloseable {
  /// How long any one thing may take, on a machine that has other things to do.
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final JsonMapper JSON = JsonMapper.shared();

  // HTTP/1.1 without the upgrade to HTTP/2, which no one needs on loopback.
  private HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path directory;
  private final Path configurationFile;
  private final Path logFile;
  private final int dnsPort = Ports.free();
  private final int httpPort = Ports.free();
  private String scheme = "http";
  private String access = "{ without_token: configure }";
  private String nodeKeys = "";
  private String listenKeys = "";
  private Map<String, String> environment = Map.of();
  private List<String> launcher = List.of();
  private @Nullable Process process;

  public DetourServer(Path directory, String configuration) {
    this.directory = directory;
    configurationFile = directory.resolve("detour-" + dnsPort + ".yaml");
    logFile = directory.resolve("server-" + dnsPort + ".log");
    configure(configuration);
  }

  /// Writes the configuration anew; the server learns of it by a reload or a restart.
  ///
  /// @param configuration everything but `node` and `listen`
  public void configure(String configuration) {
    String head =
        """
        node: { name: test, data_dir: "%s"%s }
        listen: { dns: ["127.0.0.1:%d", "[::1]:%d"], http: "127.0.0.1:%d", api: %s%s }
        """
            .formatted(dataDirectory(), nodeKeys, dnsPort, dnsPort, httpPort, access, listenKeys);
    try {
      Files.createDirectories(dataDirectory());
      Files.writeString(configurationFile, head + configuration);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Puts the API behind TLS, for the next [#configure].
  ///
  /// @param keys the value of `listen.api`, in one line
  /// @param trusting what the certificate in it is checked with
  void secure(String keys, SSLContext trusting) {
    http.close();
    http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(trusting).build();
    scheme = "https";
    access = keys;
  }

  /// Further keys of `node`, for what [#configure] writes from here on, on one line.
  public void node(String keys) {
    nodeKeys = ", " + keys;
  }

  /// Further keys of `listen`, for what [#configure] writes from here on, on one line.
  void listen(String keys) {
    listenKeys = ", " + keys;
  }

  /// Variables for the next start.
  void environment(Map<String, String> variables) {
    environment = variables;
  }

  /// What the next start's command line begins with: a program that runs another. Where it puts the
  /// server into a network of its own, only [#launch] and what needs no network can be used.
  void launcher(List<String> words) {
    launcher = List.copyOf(words);
  }

  /// The line of the configuration file on which the given configuration starts.
  static int firstConfigurationLine() {
    return 3;
  }

  /// Starts it, and returns once it is ready and answers.
  public void start() {
    launch();
    Awaitility.await("the server to be ready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          if (!running().isAlive()) {
            throw new AssertionError(
                "the server ended with " + running().exitValue() + "\n" + log());
          }
          return ready();
        });
    try {
      dns().exchange(DnsClient.query("ready.invalid", 1).toWire());
    } catch (IOException e) {
      throw new AssertionError("ready, yet no answer to a DNS query\n" + log(), e);
    }
  }

  /// Starts it without waiting, for those tests in which it must not come up.
  void launch() {
    try {
      process = command("run", "-c", configurationFile.toString()).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean ready() {
    try {
      return get("/readyz").statusCode() == 200;
    } catch (UncheckedIOException e) {
      return false; // not listening yet
    }
  }

  private ProcessBuilder command(String... arguments) {
    List<String> line = new ArrayList<>(launcher);
    line.add(PackagedBuild.program().toString());
    line.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()));
    builder.environment().putAll(PackagedBuild.environment());
    builder.environment().putAll(environment);
    return builder;
  }

  /// Waits for it to end by itself.
  int awaitExit(Duration limit) {
    try {
      if (!running().waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("the server did not end within " + limit + "\n" + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return running().exitValue();
  }

  /// SIGKILL.
  void kill() {
    running().descendants().forEach(ProcessHandle::destroyForcibly);
    running().destroyForcibly().onExit().join();
  }

  void signal(String name) {
    Signals.send(running(), name);
  }

  Path configurationFile() {
    return configurationFile;
  }

  Path dataDirectory() {
    return directory.resolve("data-" + dnsPort);
  }

  public int dnsPort() {
    return dnsPort;
  }

  DnsClient dns() {
    return new DnsClient("127.0.0.1", dnsPort);
  }

  DnsClient dnsOverIpv6() {
    return new DnsClient("::1", dnsPort);
  }

  /// The samples of a metric, with any labels, summed; 0 while there is none.
  long counted(String metric) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(metric + " ") || line.startsWith(metric + "{"))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  void awaitCounted(String metric, long wanted) {
    await(metric, () -> counted(metric), wanted);
  }

  /// Whether the process that was started last still runs.
  public boolean alive() {
    return running().isAlive();
  }

  /// What the process has in memory, in KiB, as Linux counts it.
  long residentKibibytes() {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(running().pid()), "status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Runs a command that talks to this server.
  Command.Output cli(String... arguments) {
    List<String> line = new ArrayList<>(Arrays.asList(arguments));
    line.addAll(List.of("--server", url("")));
    return PackagedBuild.run(directory, line.toArray(String[]::new));
  }

  String url(String path) {
    return scheme + "://127.0.0.1:" + httpPort + path;
  }

  HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(URI.create(url(path))).GET());
  }

  HttpResponse<String> post(String path, String contentType, String body) {
    return send(
        HttpRequest.newBuilder(URI.create(url(path)))
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(
          request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  JsonNode json(String path) {
    HttpResponse<String> response = get(path);
    if (response.statusCode() != 200) {
      throw new AssertionError(path + ": " + response.statusCode() + "\n" + response.body());
    }
    return JSON.readTree(response.body());
  }

  static JsonNode json(Command.Output output) {
    return JSON.readTree(output.requireSuccess().out());
  }

  /// One service of the status.
  JsonNode service(String name) {
    return named(json("/api/v1/status").path("services"), name);
  }

  /// The service's selection, where families are joint.
  JsonNode selection(String service) {
    return service(service).path("selections").path(0);
  }

  JsonNode endpoint(String service, String pool, String endpoint) {
    return named(named(service(service).path("pools"), pool).path("endpoints"), endpoint);
  }

  static JsonNode named(JsonNode array, String name) {
    return StreamSupport.stream(array.spliterator(), false)
        .filter(node -> node.path("name").asString().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + array));
  }

  /// Waits until exactly these addresses are answered, in any order.
  void awaitAnswer(String name, String... addresses) {
    List<String> wanted = Arrays.stream(addresses).sorted().toList();
    await(
        name + " to answer " + wanted,
        () -> dns().addresses(name).stream().sorted().toList(),
        wanted);
  }

  void awaitStatus(String service, String status) {
    await(service + " to be " + status, () -> selection(service).path("status").asString(), status);
  }

  /// Waits until the checks of an endpoint have given it this verdict: `UP`, `DOWN`.
  void awaitVerdict(String service, String pool, String endpoint, String verdict) {
    await(
        endpoint + " to be " + verdict,
        () -> endpoint(service, pool, endpoint).path("verdict").asString(),
        verdict);
  }

  private static <T> void await(String what, Callable<T> actual, T wanted) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(actual.call()).isEqualTo(wanted));
  }

  public String log() {
    try {
      return Files.exists(logFile) ? Files.readString(logFile) : "(no log)";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process running() {
    Process present = process;
    if (present == null) {
      throw new IllegalStateException("not started");
    }
    return present;
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
    http.close();
  }
}
