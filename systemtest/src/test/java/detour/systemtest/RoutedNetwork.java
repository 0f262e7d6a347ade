package detour.systemtest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Places, each a namespace with one address, which reach each other over a router that can lose
/// what goes from one to another.
///
/// The addresses are 198.18.N.2 for the Nth place. All changes to what is lost take effect at once.
final class RoutedNetwork implements AutoCloseable {
  private static final String LINK = "uplink";

  private final NetworkNamespace router;
  private final List<Place> places = new ArrayList<>();
  private final Set<String> rules = new LinkedHashSet<>();
  private final Set<Place> down = new LinkedHashSet<>();

  /// A place in this network.
  ///
  /// @param name for people, and of its link at the router: at most 15 letters
  record Place(String name, String address, NetworkNamespace namespace) {
    /// Starts a thread whose sockets are here.
    Thread start(Runnable task) {
      return NamespaceEntry.start(namespace.name(), "at " + name, task);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  RoutedNetwork() {
    Peers.require("nft");
    router = NetworkNamespace.create();
    router.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
  }

  Place place(String name) {
    NetworkNamespace namespace = NetworkNamespace.create();
    int number = places.size() + 1;
    String net = "198.18." + number;
    Place place = new Place(name, net + ".2", namespace);
    places.add(place);
    router.run("ip", "link", "add", name, "type", "veth", "peer", LINK, "netns", namespace.name());
    router.run("ip", "address", "add", net + ".1/24", "dev", name);
    router.run("ip", "link", "set", name, "up");
    namespace.run("ip", "address", "add", place.address() + "/24", "dev", LINK);
    namespace.run("ip", "link", "set", LINK, "up");
    namespace.run("ip", "route", "add", "default", "via", net + ".1");
    return place;
  }

  /// From now on nothing gets from one to the other, either way, and nobody is told.
  void cut(Place one, Collection<Place> others) {
    others.forEach(other -> {
      rule(one, other, "drop");
      rule(other, one, "drop");
    });
    apply();
  }

  /// From now on nothing gets from the first to the others, while the other way is open.
  void cutOneWay(Place from, Collection<Place> to) {
    to.forEach(other -> rule(from, other, "drop"));
    apply();
  }

  void cutOneWay(Collection<Place> from, Place to) {
    from.forEach(other -> rule(other, to, "drop"));
    apply();
  }

  /// From now on these reach each other, and nobody else but those who are spared.
  void isolate(Collection<Place> island, Collection<Place> spared) {
    for (Place inside : island) {
      for (Place outside : places) {
        if (!island.contains(outside) && !spared.contains(outside)) {
          rule(inside, outside, "drop");
          rule(outside, inside, "drop");
        }
      }
    }
    apply();
  }

  /// From now on such a share of the packets between any two of these is lost, by chance.
  void lose(int percent, Collection<Place> between) {
    for (Place from : between) {
      for (Place to : between) {
        if (!from.equals(to)) {
          rule(from, to, "numgen random mod 100 < " + percent + " drop");
        }
      }
    }
    apply();
  }

  /// The place's own interface is down: it has no way to anywhere, and knows.
  void takeDown(Place place) {
    down.add(place);
    place.namespace().run("ip", "link", "set", LINK, "down");
  }

  /// Everything gets through again.
  void mend() {
    rules.clear();
    apply();
    for (Place place : Set.copyOf(down)) {
      down.remove(place);
      place.namespace().run("ip", "link", "set", LINK, "up");
      // The route went with the link.
      String gateway = place.address().replaceFirst("\\.2$", ".1");
      place.namespace().run("ip", "route", "replace", "default", "via", gateway);
    }
  }

  private void rule(Place from, Place to, String what) {
    rules.add("ip saddr %s ip daddr %s %s".formatted(from.address(), to.address(), what));
  }

  /// One transaction: never is a packet judged by half of the rules.
  private void apply() {
    String chain =
        "table inet losses; delete table inet losses; table inet losses { chain forward {"
            + " type filter hook forward priority 0; "
            + rules.stream().map(rule -> rule + "; ").collect(Collectors.joining())
            + "}; }";
    router.run("nft", chain);
  }

  @Override
  public void close() {
    places.forEach(place -> place.namespace().close());
    router.close();
  }
}
