package detour.server.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The demonstration: real web servers on several loopback addresses, the real server, and failures
/// that really happen.
///
/// Every step waits for what a UDP query really returns; nothing is taken for granted and nothing
/// is simulated.
public final class Demo implements AutoCloseable {
  private static final String PRIMARY = "127.0.1.1";
  private static final String STANDBY = "127.0.2.1";
  private static final List<String> BALANCED = List.of("127.0.3.1", "127.0.3.2", "127.0.3.3");
  private static final String WEB = "www.demo.example";
  private static final String API = "api.demo.example";
  private static final long STEP_LIMIT_NANOS = 30_000_000_000L;
  private static final long POLL_MILLIS = 5;
  private static final int LOG_LINES = 20;

  private final Narrator narrator;
  private final boolean once;
  private final Map<String, DemoProcess> backends = new LinkedHashMap<>();
  private final Path folder;
  private final int webPort;
  private final int dnsPort;
  private final int httpPort;
  private final DemoQuery query;
  private DemoProcess server;

  private Demo(Narrator narrator, boolean once) throws IOException {
    this.narrator = narrator;
    this.once = once;
    folder = Files.createTempDirectory("detour-demo");
    webPort = freePort();
    dnsPort = freePort();
    httpPort = freePort();
    query = new DemoQuery(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), dnsPort));
    Files.writeString(folder.resolve("detour.yaml"), configuration());
    for (String address : addresses()) {
      backends.put(address, DemoProcess.backend(address, webPort));
    }
    server = DemoProcess.server(folder.resolve("detour.yaml"), folder.resolve("server.log"));
  }

  /// Plays the story.
  ///
  /// @param once end after it instead of going on until Ctrl-C
  /// @return 0 when every step was really observed, else 1
  public static int run(PrintStream out, boolean colour, boolean once) {
    Narrator narrator = new Narrator(out, colour);
    narrator.say("Detour demo: real failures, real DNS answers, on this machine's loopback.");
    try (Demo demo = new Demo(narrator, once)) {
      Thread cleanUp = new Thread(demo::close, "demo-clean-up");
      Runtime.getRuntime().addShutdownHook(cleanUp);
      demo.play();
      return narrator.failures() == 0 ? 0 : 1;
    } catch (IOException e) {
      narrator.say("The demo could not go on: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private void play() throws IOException, InterruptedException {
    introduce();
    healthy();
    crash();
    failBack("The primary is started again", () -> start(PRIMARY));
    hang();
    failBack("The primary goes on (SIGCONT)", () -> backend(PRIMARY).thaw());
    loseOneOfThree();
    narrator.say("");
    narrator.say(
        narrator.failures() == 0
            ? "Every step was observed in real answers."
            : narrator.failures() + " of the steps were not observed as told above.");
    narrator.say("Why each answer is what it is:  detour explain " + WEB + serverOption());
    if (!once) {
      narrator.say("The server goes on. Ctrl-C ends it and everything it started.");
      while (server.isAlive()) {
        Thread.sleep(1_000);
      }
    }
  }

  private void introduce() {
    narrator.say("");
    narrator.say(
        "  " + WEB + "  primary " + PRIMARY + ", standby " + STANDBY + "; returns by itself");
    narrator.say("  " + API + "  " + String.join(", ", BALANCED) + "; load balanced");
    narrator.say("  Five web servers on port " + webPort + ", each a process of its own.");
    narrator.say(
        "  Checks every 1 s, timeout 500 ms, 3 failures to go down, 2 passes to come back.");
    narrator.say("");
    narrator.say("  Ask it yourself:  dig @127.0.0.1 -p " + dnsPort + " " + WEB);
    narrator.say("  Watch it:         detour status --watch" + serverOption());
    narrator.say("  Status URL:       http://127.0.0.1:" + httpPort + "/api/v1/status");
  }

  private void healthy() throws IOException, InterruptedException {
    narrator.step("All is well");
    await(WEB, a -> a.addresses().equals(List.of(PRIMARY)), "the primary answers");
    await(API, a -> a.addresses().equals(BALANCED), "all three share the load");
    // The first results arrive within the first second; the story is about failures that come after
    // them.
    Thread.sleep(1_500);
  }

  private void crash() throws IOException, InterruptedException {
    DemoProcess primary = backend(PRIMARY);
    narrator.step("The primary is killed (SIGKILL to process " + primary.pid() + ")");
    primary.kill();
    narrator.at("killed; its sockets are closed");
    await(WEB, a -> a.addresses().equals(List.of(STANDBY)), "failed over");
  }

  private void hang() throws IOException, InterruptedException {
    DemoProcess primary = backend(PRIMARY);
    narrator.step("The primary hangs (SIGSTOP to process " + primary.pid() + ")");
    primary.freeze();
    narrator.at("stopped; it accepts connections and never answers");
    await(WEB, a -> a.addresses().equals(List.of(STANDBY)), "failed over");
  }

  private void failBack(String title, Action action) throws IOException, InterruptedException {
    narrator.step(title);
    action.run();
    narrator.at("it is back; two passes and 3 s of good health are asked of it");
    await(WEB, a -> a.addresses().equals(List.of(PRIMARY)), "failed back");
  }

  private void loseOneOfThree() throws IOException, InterruptedException {
    String victim = BALANCED.get(1);
    narrator.step("One of three load-balanced servers is killed (" + victim + ")");
    backend(victim).kill();
    List<String> left = BALANCED.stream().filter(a -> !a.equals(victim)).toList();
    await(API, a -> a.addresses().equals(left), "the other two share the load");
    start(victim);
    await(API, a -> a.addresses().equals(BALANCED), "it is back among them");
  }

  private void await(String name, Predicate<DemoQuery.Answer> expected, String outcome)
      throws IOException, InterruptedException {
    DemoQuery.Answer first = null;
    DemoQuery.Answer answer;
    long deadlineNanos = System.nanoTime() + STEP_LIMIT_NANOS;
    do {
      answer = query.ask(name);
      if (expected.test(answer)) {
        narrator.seen(describe(name, outcome, first, answer));
        return;
      }
      first = first == null ? answer : first;
      if (!server.isAlive()) {
        throw new IOException("the server ended; the end of its log:\n" + endOfLog());
      }
      Thread.sleep(POLL_MILLIS);
    } while (System.nanoTime() < deadlineNanos);
    narrator.missed(name + ": not seen within 30 s: " + outcome + "; the answer is " + answer);
  }

  private String describe(
      String name, String outcome, DemoQuery.@Nullable Answer before, DemoQuery.Answer now) {
    String change =
        before == null || before.addresses().isEmpty() ? now.toString() : before + " -> " + now;
    return String.format(
        Locale.ROOT,
        "%s: %s  %s, TTL %d, after %.2f s",
        outcome,
        name,
        change,
        now.ttlSeconds(),
        narrator.secondsOfStep());
  }

  private String endOfLog() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("server.log"));
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
  }

  private void start(String address) throws IOException {
    backends.put(address, DemoProcess.backend(address, webPort));
  }

  private DemoProcess backend(String address) throws IOException {
    DemoProcess backend = backends.get(address);
    if (backend == null) {
      throw new IOException("no web server on " + address);
    }
    return backend;
  }

  private String serverOption() {
    return " --server http://127.0.0.1:" + httpPort;
  }

  private String configuration() {
    return """
    node:
      name: demo
      data_dir: %s
    listen:
      dns: ["127.0.0.1:%d"]
      http: "127.0.0.1:%d"
      api: { without_token: operate }
    checks:
      web: { type: http, port: %d, path: /, interval: 1s, timeout: 500ms, fall: 3, rise: 2 }
    zones:
      - { name: demo.example, ns: [ns.demo.example] }
    services:
      - name: %s
        check: web
        failback_after: 3s
        pools:
          - { name: primary, endpoints: [%s] }
          - { name: standby, endpoints: [%s] }
      - name: %s
        check: web
        pools:
          - { name: shared, endpoints: [%s] }
      - name: ns.demo.example
        check: none
        pools:
          - endpoints: [127.0.0.1]
    """
        .formatted(
            folder.resolve("data"),
            dnsPort,
            httpPort,
            webPort,
            WEB,
            PRIMARY,
            STANDBY,
            API,
            String.join(", ", BALANCED));
  }

  private static List<String> addresses() {
    return Stream.concat(Stream.of(PRIMARY, STANDBY), BALANCED.stream()).toList();
  }

  /// A port free for both UDP and TCP on the loopback address.
  private static int freePort() throws IOException {
    BindException taken = null;
    for (int attempt = 0; attempt < 50; attempt++) {
      try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
          DatagramSocket udp =
              new DatagramSocket(tcp.getLocalPort(), InetAddress.ofLiteral("127.0.0.1"))) {
        return udp.getLocalPort();
      } catch (BindException e) {
        taken = e;
      }
    }
    throw new IOException("no port is free on 127.0.0.1 for both UDP and TCP", taken);
  }

  /// Ends everything that was started and removes what was written.
  @Override
  public synchronized void close() {
    server.close();
    backends.values().forEach(DemoProcess::close);
    backends.clear();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      return;
    }
  }

  @FunctionalInterface
  private interface Action {
    void run() throws IOException, InterruptedException;
  }
}
