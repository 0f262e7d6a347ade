package detour.server.publish;

import detour.dns.answer.PreparedAnswer;
import detour.dns.answer.ServiceAnswer;
import detour.dns.wire.Name;
import detour.failover.model.Destination;
import detour.failover.model.Endpoint;
import detour.failover.model.Service;
import detour.failover.selection.EndpointPosition;
import detour.failover.selection.Selection;
import detour.failover.selection.Track;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a service's selections look like as DNS records: a value from which the prepared answer is
/// made. Two equal renderings make the same answer, so an answer is replaced only when its
/// rendering differs.
///
/// @param extendedError null while a pool serves
/// @param others what is answered for the types that endpoints carry, upwards by type
record AnswerRendering(
    Family ipv4, Family ipv6, @Nullable String extendedError, List<CarriedRendering> others) {

  private static final int GREATEST_WEIGHT = 65_535;

  /// One family's records.
  sealed interface Family {
    /// @param count how many are answered; 0 for all
    record Addresses(List<Item> items, int count, int ttlSeconds) implements Family {}

    record Alias(List<Item> items, int ttlSeconds) implements Family {}

    record NoData() implements Family {}

    record ServFail() implements Family {}

    /// The service answers no addresses: what the zone has answers.
    record OfZone() implements Family {}
  }

  /// One record.
  ///
  /// @param destinations the endpoints that it stands for, as people write them; more than one when
  ///   host names share an address
  /// @param address null for an alias
  record Item(List<String> destinations, @Nullable InetAddress address, int weight) {
    Item {
      destinations = List.copyOf(destinations);
    }
  }

  /// The answer ready for queries, and what its records stand for.
  record Answer(ServiceAnswer answer, List<Given> given) {}

  /// Renders the selections of a service.
  ///
  /// @param aliasAllowed whether a CNAME may stand at the name; where not, host names are flattened
  /// @param resolved the last good addresses of host names
  static AnswerRendering of(
      Service service,
      boolean aliasAllowed,
      List<Selection> selections,
      Map<String, List<InetAddress>> resolved) {
    Selection first = selections.getFirst();
    List<CarriedRendering> others =
        service.carriedTypes().stream()
            .map(type -> CarriedRendering.of(type, first, endpoints(service, first)))
            .toList();
    if (!service.addresses()) {
      Family ofZone = new Family.OfZone();
      return new AnswerRendering(ofZone, ofZone, extendedError(service, first), others);
    }
    AnswerRendering addresses =
        selections.size() == 1
            ? joint(service, aliasAllowed, first, resolved)
            : separate(service, selections, resolved);
    return new AnswerRendering(
        addresses.ipv4(), addresses.ipv6(), addresses.extendedError(), others);
  }

  private static AnswerRendering separate(
      Service service, List<Selection> selections, Map<String, List<InetAddress>> resolved) {
    Family ipv4 = new Family.NoData();
    Family ipv6 = new Family.NoData();
    String error = null;
    for (Selection selection : selections) {
      Family family = addresses(service, selection, selection.track() == Track.IPV6, resolved);
      ipv4 = selection.track() == Track.IPV4 ? family : ipv4;
      ipv6 = selection.track() == Track.IPV6 ? family : ipv6;
      error = error == null ? extendedError(service, selection) : error;
      if (family instanceof Family.NoData && waitsForAddresses(service, selection, resolved)) {
        ipv4 = selection.track() == Track.IPV4 ? new Family.ServFail() : ipv4;
        ipv6 = selection.track() == Track.IPV6 ? new Family.ServFail() : ipv6;
        error = unresolved(service, error);
      }
    }
    return new AnswerRendering(ipv4, ipv6, error, List.of());
  }

  /// Makes the answer.
  Answer prepare() {
    List<Given> given = new ArrayList<>();
    PreparedAnswer first = prepare(ipv4, given);
    PreparedAnswer second =
        ipv4 instanceof Family.Alias && ipv4.equals(ipv6) ? first : prepare(ipv6, given);
    List<ServiceAnswer.TypeAnswer> types =
        others.stream()
            .map(other -> new ServiceAnswer.TypeAnswer(other.type(), other.prepare(given)))
            .toList();
    return new Answer(new ServiceAnswer(first, second, extendedError, types), given);
  }

  /// The destinations answered, as people write them; the records of a service that answers no
  /// addresses.
  List<String> destinations() {
    if (ipv4 instanceof Family.OfZone) {
      return others.stream().flatMap(other -> other.texts().stream()).toList();
    }
    return Stream.of(ipv4, ipv6)
        .flatMap(family -> items(family).stream())
        .map(item -> {
          InetAddress address = item.address();
          return address == null ? item.destinations().getFirst() : address.getHostAddress();
        })
        .distinct()
        .toList();
  }

  private static AnswerRendering joint(
      Service service,
      boolean aliasAllowed,
      Selection selection,
      Map<String, List<InetAddress>> resolved) {
    String error = extendedError(service, selection);
    List<Endpoint> endpoints = endpoints(service, selection);
    boolean onlyNames =
        !endpoints.isEmpty()
            && endpoints.stream().allMatch(e -> e.destination() instanceof Destination.HostName);
    if (onlyNames && aliasAllowed) {
      List<Item> names =
          endpoints.stream()
              .map(e -> new Item(List.of(e.destination().text()), null, e.weight()))
              .toList();
      Family alias = new Family.Alias(names, selection.ttl().seconds());
      return new AnswerRendering(alias, alias, error, List.of());
    }
    Family ipv4 = addresses(service, selection, false, resolved);
    Family ipv6 = addresses(service, selection, true, resolved);
    if (ipv4 instanceof Family.NoData
        && ipv6 instanceof Family.NoData
        && waitsForAddresses(service, selection, resolved)) {
      return new AnswerRendering(
          new Family.ServFail(), new Family.ServFail(), unresolved(service, error), List.of());
    }
    return new AnswerRendering(ipv4, ipv6, error, List.of());
  }

  /// Whether a host name is selected of which no address is known yet: a resolver must not remember
  /// that there is nothing.
  private static boolean waitsForAddresses(
      Service service, Selection selection, Map<String, List<InetAddress>> resolved) {
    return endpoints(service, selection).stream()
        .anyMatch(endpoint -> addressesOf(endpoint.destination(), resolved).isEmpty());
  }

  private static String unresolved(Service service, @Nullable String error) {
    return (error == null ? service.name() + ": " : error + "; ")
        + "no address of its host name is known yet";
  }

  private static Family addresses(
      Service service, Selection selection, boolean ipv6, Map<String, List<InetAddress>> resolved) {
    if (selection.answer() == Selection.Answer.SERVFAIL) {
      return new Family.ServFail();
    }
    // RFC 2181 section 5: the records of a set differ, so an address stands in it once, however
    // many endpoints have it.
    Map<InetAddress, Item> items = new LinkedHashMap<>();
    for (Endpoint endpoint : endpoints(service, selection)) {
      for (InetAddress address : addressesOf(endpoint.destination(), resolved)) {
        if (address instanceof Inet6Address == ipv6) {
          Item item = new Item(List.of(endpoint.destination().text()), address, endpoint.weight());
          items.merge(address, item, AnswerRendering::together);
        }
      }
    }
    return items.isEmpty()
        ? new Family.NoData()
        : new Family.Addresses(
            List.copyOf(items.values()), service.answer(), selection.ttl().seconds());
  }

  private static Item together(Item one, Item other) {
    return new Item(
        Stream.concat(one.destinations().stream(), other.destinations().stream())
            .distinct()
            .toList(),
        one.address(),
        Math.min(one.weight() + other.weight(), GREATEST_WEIGHT));
  }

  static List<InetAddress> addressesOf(
      Destination destination, Map<String, List<InetAddress>> resolved) {
    return switch (destination) {
      case Destination.Address address -> List.of(address.address());
      case Destination.HostName host -> resolved.getOrDefault(host.name(), List.of());
    };
  }

  private static List<Endpoint> endpoints(Service service, Selection selection) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (EndpointPosition position : selection.endpoints()) {
      endpoints.add(service.pools().get(position.pool()).endpoints().get(position.endpoint()));
    }
    return endpoints;
  }

  private static @Nullable String extendedError(Service service, Selection selection) {
    String error = selection.extendedError();
    return error == null ? null : service.name() + ": " + error;
  }

  private static List<Item> items(Family family) {
    return switch (family) {
      case Family.Addresses addresses -> addresses.items();
      case Family.Alias alias -> alias.items();
      case Family.NoData(), Family.ServFail(), Family.OfZone() -> List.of();
    };
  }

  private static PreparedAnswer prepare(Family family, List<Given> given) {
    PreparedAnswer answer =
        switch (family) {
          case Family.Addresses(var items, var count, var ttlSeconds) ->
              PreparedAnswer.addresses(octets(items), weights(items), count, ttlSeconds);
          case Family.Alias(var items, var ttlSeconds) ->
              PreparedAnswer.alias(
                  items.stream()
                      .map(item -> Name.parse(item.destinations().getFirst()).toWire())
                      .toList(),
                  weights(items),
                  ttlSeconds);
          case Family.NoData() -> PreparedAnswer.noData();
          case Family.ServFail() -> PreparedAnswer.servFail();
          case Family.OfZone() -> PreparedAnswer.ofZone();
        };
    List<List<String>> destinations = new ArrayList<>();
    for (Item item : items(family)) {
      destinations.add(item.destinations());
    }
    if (!destinations.isEmpty()) {
      given.add(new Given(answer, List.copyOf(destinations), ttlSeconds(family)));
    }
    return answer;
  }

  private static int ttlSeconds(Family family) {
    return switch (family) {
      case Family.Addresses addresses -> addresses.ttlSeconds();
      case Family.Alias alias -> alias.ttlSeconds();
      case Family.NoData(), Family.ServFail(), Family.OfZone() -> 0;
    };
  }

  private static List<byte[]> octets(List<Item> items) {
    List<byte[]> octets = new ArrayList<>(items.size());
    for (Item item : items) {
      InetAddress address = item.address();
      if (address == null) {
        throw new IllegalStateException(item + " has no address");
      }
      octets.add(address.getAddress());
    }
    return octets;
  }

  private static int[] weights(List<Item> items) {
    int[] weights = new int[items.size()];
    for (int index = 0; index < weights.length; index++) {
      weights[index] = items.get(index).weight();
    }
    return weights;
  }
}
