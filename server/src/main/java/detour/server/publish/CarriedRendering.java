package detour.server.publish;

import detour.dns.answer.PreparedAnswer;
import detour.dns.wire.RecordType;
import detour.failover.model.CarriedRecord;
import detour.failover.model.Endpoint;
import detour.failover.selection.Selection;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a service answers for one type that its endpoints carry: the records of those that are
/// selected, NODATA when none of them carries one, or SERVFAIL.
record CarriedRendering(int type, List<Item> items, boolean failed, int ttlSeconds) {
  /// One record.
  ///
  /// @param destinations the endpoints that carry it, as people write them
  record Item(List<String> destinations, CarriedRecord record) {
    Item {
      destinations = List.copyOf(destinations);
    }
  }

  static CarriedRendering of(int type, Selection selection, List<Endpoint> selected) {
    boolean failed = selection.answer() == Selection.Answer.SERVFAIL;
    // RFC 2181 section 5: a record stands in its set once, however many endpoints carry it.
    Map<CarriedRecord, List<String>> destinations = new LinkedHashMap<>();
    for (Endpoint endpoint : failed ? List.<Endpoint>of() : selected) {
      for (CarriedRecord record : endpoint.records()) {
        if (record.type() == type) {
          destinations
              .computeIfAbsent(record, _ -> new ArrayList<>())
              .add(endpoint.destination().text());
        }
      }
    }
    List<Item> items =
        destinations.entrySet().stream()
            .map(entry -> new Item(entry.getValue(), entry.getKey()))
            .toList();
    return new CarriedRendering(
        type, items, failed, items.isEmpty() ? 0 : selection.ttl().seconds());
  }

  /// Makes the answer and adds what its records stand for.
  PreparedAnswer prepare(List<Given> given) {
    if (failed) {
      return PreparedAnswer.servFail();
    }
    List<byte[]> data =
        items.stream().map(item -> HexFormat.of().parseHex(item.record().data())).toList();
    PreparedAnswer answer = PreparedAnswer.records(type, data, ttlSeconds);
    if (!items.isEmpty()) {
      given.add(new Given(answer, items.stream().map(Item::destinations).toList(), ttlSeconds));
    }
    return answer;
  }

  /// The records as people write them.
  List<String> texts() {
    return items.stream().map(item -> RecordType.name(type) + " " + item.record().text()).toList();
  }
}
