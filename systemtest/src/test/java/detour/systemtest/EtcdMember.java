package detour.systemtest;

import detour.systemtest.RoutedNetwork.Place;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/// One member of a real etcd, in a place of its own.
final class EtcdMember implements AutoCloseable {
  static final int CLIENT_PORT = 2379;
  private static final int PEER_PORT = 2380;

  private final Place place;
  private final Daemon daemon;

  private EtcdMember(Place place, List<String> command, Path directory) {
    this.place = place;
    daemon = new Daemon(command, directory.resolve(place.name() + ".log"));
  }

  /// Members that know of each other, one in each place, not started.
  static List<EtcdMember> declared(List<Place> places, Path directory, String... options) {
    String etcd = Peers.require("etcd");
    Peers.require("etcdctl");
    String peers =
        places.stream()
            .map(place -> "%s=http://%s:%d".formatted(place.name(), place.address(), PEER_PORT))
            .collect(Collectors.joining(","));
    List<EtcdMember> members = new ArrayList<>();
    for (Place place : places) {
      String peer = "http://%s:%d".formatted(place.address(), PEER_PORT);
      String client = "http://%s:%d".formatted(place.address(), CLIENT_PORT);
      List<String> program = new ArrayList<>();
      program.addAll(List.of(etcd, "--name", place.name()));
      program.addAll(List.of("--data-dir", directory.resolve(place.name()).toString()));
      program.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
      program.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
      program.addAll(List.of("--initial-cluster", peers, "--logger", "zap"));
      program.addAll(List.of("--heartbeat-interval", "100", "--election-timeout", "1000"));
      program.addAll(List.of(options));
      members.add(new EtcdMember(place, place.namespace().command(program), directory));
    }
    return members;
  }

  Place place() {
    return place;
  }

  Daemon daemon() {
    return daemon;
  }

  String endpoint() {
    return "http://%s:%d".formatted(place.address(), CLIENT_PORT);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(place.address(), CLIENT_PORT);
  }

  /// Waits until a majority of the members agree, as this one sees it.
  void awaitReady() {
    Awaitility.await(place + " to be a member of a cluster that works")
        .atMost(DetourServer.PATIENCE)
        .until(() -> attempt("endpoint", "health").exitCode() == 0);
  }

  /// Runs `etcdctl` against this member; returns what it printed.
  String control(String... arguments) {
    return attempt(arguments).requireSuccess().out();
  }

  Command.Output attempt(String... arguments) {
    List<String> line = new ArrayList<>(List.of("env", "ETCDCTL_API=3", "etcdctl"));
    line.addAll(List.of("--endpoints", endpoint(), "--command-timeout", "4s"));
    line.addAll(Arrays.asList(arguments));
    return place.namespace().attempt(line.toArray(String[]::new));
  }

  /// The store's revision.
  long revision() {
    String status = control("get", "/none", "--write-out", "json");
    return Long.parseLong(status.replaceFirst(".*\"revision\":(\\d+).*\\s*", "$1"));
  }

  boolean leads() {
    // id, version, size, leader, ...: etcdctl has no names for them in this form.
    String line = attempt("endpoint", "status").out();
    return line.contains(", true,");
  }

  @Override
  public void close() {
    daemon.close();
  }
}
