package detour.server.publish;

import detour.dns.wire.Name;
import detour.dns.wire.RecordType;
import detour.failover.model.Destination;
import detour.failover.model.Service;
import detour.failover.selection.EndpointHealth;
import detour.failover.selection.Selection;
import detour.failover.selection.SelectionRules;
import detour.failover.selection.Track;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// What a service answers while all of its endpoints are healthy, and nothing is pending or
/// overridden.
///
/// @param records all that may be answered; a query may be given fewer of them
/// @param unresolved host names whose addresses are found only while the server runs
public record SettledAnswer(List<Item> records, List<String> unresolved) {
  private static final EndpointHealth HEALTHY =
      new EndpointHealth(true, false, "healthy", OptionalLong.empty());

  /// One record.
  ///
  /// @param rdata uncompressed
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Item(int type, long ttlSeconds, byte[] rdata) {}

  /// @param aliasAllowed whether a CNAME may stand at the name; where not, host names are flattened
  public static SettledAnswer of(Service service, boolean aliasAllowed) {
    List<List<EndpointHealth>> health =
        service.pools().stream()
            .map(pool -> pool.endpoints().stream().map(_ -> HEALTHY).toList())
            .toList();
    List<Selection> selections =
        Track.of(service).stream()
            .map(track -> SelectionRules.next(service, track, null, health, 0, false))
            .toList();
    AnswerRendering rendering = AnswerRendering.of(service, aliasAllowed, selections, Map.of());
    List<Item> records = new ArrayList<>();
    add(rendering.ipv4(), RecordType.A, records);
    if (!rendering.ipv6().equals(rendering.ipv4())) {
      add(rendering.ipv6(), RecordType.AAAA, records);
    }
    for (CarriedRendering other : rendering.others()) {
      for (CarriedRendering.Item item : other.items()) {
        byte[] data = HexFormat.of().parseHex(item.record().data());
        records.add(new Item(other.type(), other.ttlSeconds(), data));
      }
    }
    boolean alias = rendering.ipv4() instanceof AnswerRendering.Family.Alias;
    return new SettledAnswer(
        List.copyOf(records),
        alias || !service.addresses() ? List.of() : hostNames(service, selections));
  }

  private static void add(AnswerRendering.Family family, int type, List<Item> records) {
    if (family instanceof AnswerRendering.Family.Addresses addresses) {
      for (AnswerRendering.Item item : addresses.items()) {
        InetAddress address = item.address();
        if (address != null) {
          records.add(new Item(type, addresses.ttlSeconds(), address.getAddress()));
        }
      }
    } else if (family instanceof AnswerRendering.Family.Alias alias) {
      for (AnswerRendering.Item item : alias.items()) {
        byte[] target = Name.parse(item.destinations().getFirst()).toWire();
        records.add(new Item(RecordType.CNAME, alias.ttlSeconds(), target));
      }
    }
  }

  private static List<String> hostNames(Service service, List<Selection> selections) {
    return selections.stream()
        .flatMap(selection -> selection.endpoints().stream())
        .map(at -> service.pools().get(at.pool()).endpoints().get(at.endpoint()).destination())
        .filter(Destination.HostName.class::isInstance)
        .map(Destination::text)
        .distinct()
        .toList();
  }
}
