package detour.server.zones;

import com.fasterxml.jackson.annotation.JsonProperty;
import detour.dns.wire.DataText;
import detour.dns.wire.Name;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// A zone's records as the server answers them, one a line, in canonical order.
///
/// Owners are in the order of RFC 4034 section 6.1, the sets of one name by type with the SOA
/// first, the records of a set by their data (section 6.3). A record that is there twice is printed
/// once, and each with the TTL of its set, which is the lowest of its records.
public final class ZonePrint {
  private final ZoneContent content;
  private final boolean relative;
  private final String origin;

  /// @param relative names below the zone's without it, and `@` for it
  public ZonePrint(ZoneContent content, boolean relative) {
    this.content = content;
    this.relative = relative;
    origin = content.origin().toString();
  }

  /// One record for programs.
  ///
  /// @param service whether it comes from a service whose endpoints are all healthy
  public record Item(
      String name,
      long ttl,
      @JsonProperty("class") String dclass,
      String type,
      String data,
      boolean service) {}

  /// The lines of a zone file that means the same.
  public void lines(Consumer<String> sink) {
    if (relative) {
      sink.accept("$ORIGIN " + origin);
    }
    for (ZoneRecord record : ordered()) {
      String owner = relative ? relative(record.owner()) : record.owner().toString();
      sink.accept(
          owner
              + " "
              + record.ttlSeconds()
              + " IN "
              + RecordType.name(record.type())
              + " "
              + data(record)
              + (record.service() ? " ; service" : ""));
    }
    content.services().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry ->
            entry
                .getValue()
                .unresolved()
                .forEach(host ->
                    sink.accept(
                        "; %s service: the addresses of %s, found while the server runs"
                            .formatted(entry.getKey(), host))));
  }

  public List<Item> items() {
    return ordered().stream()
        .map(record ->
            new Item(
                record.owner().toString(),
                record.ttlSeconds(),
                "IN",
                RecordType.name(record.type()),
                data(record),
                record.service()))
        .toList();
  }

  private List<ZoneRecord> ordered() {
    Map<Key, Long> ttls = new HashMap<>();
    for (ZoneRecord record : content.records()) {
      ttls.merge(new Key(record.owner(), record.type()), record.ttlSeconds(), Math::min);
    }
    List<ZoneRecord> ordered = new ArrayList<>();
    Set<Whole> seen = new HashSet<>();
    for (ZoneRecord record : content.records()) {
      Key set = new Key(record.owner(), record.type());
      if (seen.add(new Whole(set, ByteBuffer.wrap(record.rdata())))) {
        ordered.add(
            new ZoneRecord(
                record.owner(),
                record.type(),
                ttls.getOrDefault(set, record.ttlSeconds()),
                record.rdata(),
                record.place(),
                record.service()));
      }
    }
    ordered.sort(
        Comparator.comparing(ZoneRecord::owner)
            .thenComparingInt(record -> record.type() == RecordType.SOA ? 0 : record.type())
            .thenComparing(ZoneRecord::rdata, ZonePrint::compareData));
    return ordered;
  }

  private record Key(Name owner, int type) {}

  private record Whole(Key set, ByteBuffer rdata) {}

  private static int compareData(byte[] left, byte[] right) {
    return Arrays.compareUnsigned(left, right);
  }

  private String data(ZoneRecord record) {
    int type = record.type();
    byte[] rdata = record.rdata();
    if (type == RecordType.SOA) {
      StartOfAuthority soa = StartOfAuthority.of(rdata);
      return "%s %s %d %d %d %d %d"
          .formatted(
              name(soa.primary()),
              name(soa.mailbox()),
              soa.serial(),
              soa.refresh(),
              soa.retry(),
              soa.expire(),
              soa.minimum());
    }
    if (Targets.hasTarget(type)) {
      ByteBuffer numbers = ByteBuffer.wrap(rdata, 0, PackedRecords.nameOffset(type));
      StringBuilder text = new StringBuilder();
      while (numbers.hasRemaining()) {
        text.append(Short.toUnsignedInt(numbers.getShort())).append(' ');
      }
      return text.append(name(Targets.of(record))).toString();
    }
    return DataText.write(type, rdata);
  }

  private String name(Name name) {
    return relative ? relative(name) : name.toString();
  }

  private String relative(Name name) {
    if (!name.isSubdomainOf(content.origin()) || content.origin().isRoot()) {
      return name.toString();
    }
    String text = name.toString();
    return name.octets() == content.origin().octets()
        ? "@"
        // The origin may be written in other case within the name, but not longer.
        : text.substring(0, text.length() - origin.length() - 1);
  }
}
