package detour.server.cluster.store;

import detour.server.FreePort;
import detour.server.probe.RealPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// One member of a real etcd, which a test can kill, freeze and start again on its data.
public final class EtcdMember implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(60);

  private final List<String> command;
  private final Path output;
  private final int clientPort;
  private final String scheme;
  private @Nullable Process process;

  private EtcdMember(List<String> command, Path output, int clientPort, String scheme) {
    this.command = command;
    this.output = output;
    this.clientPort = clientPort;
    this.scheme = scheme;
  }

  /// A cluster of one that answers.
  public static EtcdMember alone(Path folder, String... options) throws IOException {
    EtcdMember member = declared(folder, 1, "http", options).getFirst();
    member.start();
    member.awaitReady();
    return member;
  }

  /// A cluster of one whose clients use TLS.
  static EtcdMember secured(Path folder, String... options) throws IOException {
    EtcdMember member = declared(folder, 1, "https", options).getFirst();
    member.start();
    return member;
  }

  /// A cluster of one that speaks gRPC only.
  static EtcdMember withoutGateway(Path folder) throws IOException {
    EtcdMember member = declared(folder, 1, "http", "--enable-grpc-gateway=false").getFirst();
    member.start();
    return member;
  }

  /// Members that know of each other and answer.
  static List<EtcdMember> cluster(Path folder, int size, String... options) throws IOException {
    List<EtcdMember> members = declared(folder, size, "http", options);
    for (EtcdMember member : members) {
      member.start();
    }
    members.forEach(EtcdMember::awaitReady);
    return members;
  }

  private static List<EtcdMember> declared(Path folder, int size, String scheme, String... options)
      throws IOException {
    String etcd = RealPeer.require("etcd");
    Files.createDirectories(folder);
    List<Integer> ports = Stream.generate(FreePort::next).limit(2L * size).toList();
    String peers =
        IntStream.range(0, size)
            .mapToObj(i -> "m" + i + "=http://127.0.0.1:" + ports.get(2 * i))
            .collect(Collectors.joining(","));
    List<EtcdMember> members = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String peer = "http://127.0.0.1:" + ports.get(2 * i);
      String client = scheme + "://127.0.0.1:" + ports.get(2 * i + 1);
      List<String> command = new ArrayList<>();
      command.addAll(
          List.of(etcd, "--name", "m" + i, "--data-dir", folder.resolve("m" + i).toString()));
      command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
      command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
      command.addAll(List.of("--initial-cluster", peers, "--logger", "zap"));
      // Tests are about order and outcome; waiting for a disk that others share tells nothing.
      command.addAll(List.of("--heartbeat-interval", "100", "--election-timeout", "1000"));
      command.addAll(List.of(options));
      members.add(
          new EtcdMember(command, folder.resolve("m" + i + ".log"), ports.get(2 * i + 1), scheme));
    }
    return members;
  }

  public URI endpoint() {
    return URI.create(scheme + "://127.0.0.1:" + clientPort);
  }

  int clientPort() {
    return clientPort;
  }

  /// Starts it, on the data that it left where it ran before.
  public void start() throws IOException {
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
  }

  /// Waits until it is a member of a cluster with a leader.
  public void awaitReady() {
    Awaitility.await()
        .atMost(START_MAX)
        .until(() -> {
          try (Socket socket = new Socket()) {
            socket.connect(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), clientPort), 1000);
          } catch (IOException notYet) {
            return false;
          }
          return status().contains("\"leader\"");
        });
  }

  /// Whether this member says that it leads.
  boolean leads() {
    String status = status();
    String id = field(status, "member_id");
    return !id.isEmpty() && id.equals(field(status, "leader"));
  }

  private static String field(String json, String name) {
    int start = json.indexOf("\"" + name + "\":\"");
    if (start < 0) {
      return "";
    }
    int from = start + name.length() + 4;
    return json.substring(from, json.indexOf('"', from));
  }

  private String status() {
    return post("maintenance/status", "{}");
  }

  /// What it answers, by another client than the one under test; empty when it does not.
  public String post(String path, String body) {
    try {
      return RealPeer.run("curl", "-s", "-m", "5", "-d", body, endpoint() + "/v3/" + path);
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  void compact(long revision) {
    post("kv/compaction", "{\"revision\":\"" + revision + "\"}");
  }

  public void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().onExit().join();
    }
  }

  /// Freezes it: its connections stay and nothing comes over them.
  void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Process running = process;
    if (running != null) {
      var _ = RealPeer.run("kill", signal, Long.toString(running.pid()));
    }
  }

  @Override
  public void close() {
    Process running = process;
    if (running != null && running.isAlive()) {
      running.destroyForcibly();
      try {
        var _ = running.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
