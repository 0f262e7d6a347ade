package detour.systemtest;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Two sites of many endpoints, and a place that reaches both over one link only. The sites are the
/// addresses of one namespace, all answered by one nginx; the place is another namespace.
final class TwoSites {
  /// At each of the sites.
  static final int ENDPOINTS = 20;

  static final int PORT = 80;
  private static final String NEAR_END = "near";
  private static final String FAR_END = "far";

  private final NetworkNamespace near;
  private final NetworkNamespace far;

  /// How the link ends.
  enum Cut {
    /// The place's own interface is down: it has no way to anywhere, and knows.
    INTERFACE_DOWN,
    /// Nothing that is sent arrives, and nobody is told.
    EVERYTHING_DROPPED
  }

  TwoSites(Stage stage) {
    Peers.require("nft");
    near = stage.closing(NetworkNamespace.create());
    far = stage.closing(NetworkNamespace.create());
    near.run("ip", "link", "add", NEAR_END, "type", "veth", "peer", FAR_END, "netns", far.name());
    near.run("ip", "address", "add", "198.18.0.1/15", "dev", NEAR_END);
    far.run("ip", "-batch", stage.file("addresses", allAddresses()).toString());
    far.run("ip", "link", "set", FAR_END, "up");
    near.run("ip", "link", "set", NEAR_END, "up");
    far.run("nft", "add table inet lost");
    far.run("nft", "add chain inet lost input { type filter hook input priority 0 ; }");
    stage.closing(Nginx.inside(far, stage.directory(), PORT)).start();
  }

  private static String allAddresses() {
    return Stream.of(1, 2)
        .flatMap(site -> IntStream.rangeClosed(1, ENDPOINTS).mapToObj(i -> address(site, i)))
        .map(address -> "address add " + address + "/15 dev " + FAR_END + "\n")
        .collect(Collectors.joining());
  }

  /// @param site 1 or 2
  /// @param number 1 to [#ENDPOINTS]
  static String address(int site, int number) {
    return "198.18.%d.%d".formatted(site, number);
  }

  /// The place that the sites are seen from.
  NetworkNamespace near() {
    return near;
  }

  void cut(Cut how) {
    switch (how) {
      case INTERFACE_DOWN -> near.run("ip", "link", "set", NEAR_END, "down");
      case EVERYTHING_DROPPED -> lose("0.0.0.0/0");
    }
  }

  void mend(Cut how) {
    switch (how) {
      case INTERFACE_DOWN -> near.run("ip", "link", "set", NEAR_END, "up");
      case EVERYTHING_DROPPED -> far.run("nft", "flush chain inet lost input");
    }
  }

  /// From now on nothing arrives at these addresses.
  ///
  /// @param network an address, or a network with its prefix length
  void lose(String network) {
    far.run("nft", "add rule inet lost input ip daddr " + network + " drop");
  }
}
