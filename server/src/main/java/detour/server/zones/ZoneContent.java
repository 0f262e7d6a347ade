package detour.server.zones;

import detour.dns.wire.Name;
import detour.dns.zone.Zone;
import detour.dns.zone.ZoneBuilder;
import detour.dns.zone.ZoneException;
import detour.server.config.Problem;
import detour.server.config.ZoneFileReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A zone's records with their places, and why the server would refuse it.
///
/// @param source where it was read from, for people
/// @param records in the order of the file, without those that were refused; those of services last
/// @param services at which names of the zone they answer, and what
/// @param errors empty when the server takes the zone
public record ZoneContent(
    Name origin,
    String source,
    List<ZoneRecord> records,
    Map<Name, ServedName> services,
    List<Finding> errors) {
  private static final String REFUSED = "refused";

  public ZoneContent {
    records = List.copyOf(records);
    services = Map.copyOf(services);
    errors = List.copyOf(errors);
  }

  /// What services add to a zone.
  ///
  /// @param records as they are while all endpoints are healthy
  /// @param names at which they answer, and what
  public record Services(List<ZoneRecord> records, Map<Name, ServedName> names) {
    public static final Services NONE = new Services(List.of(), Map.of());
  }

  /// Reads a zone file as the server does. Never throws: what cannot be read is an error.
  public static ZoneContent read(Path file, Name origin, Services services) {
    Collector collector = new Collector(origin);
    ZoneFileReader.Outcome outcome = ZoneFileReader.read(file, origin, collector);
    List<Finding> errors = new ArrayList<>();
    for (Problem problem : outcome.problems()) {
      errors.add(
          Finding.error(
              REFUSED, problem.file(), problem.line(), problem.column(), problem.message()));
    }
    int index = 0;
    for (Map.Entry<Name, ServedName> service : services.names().entrySet()) {
      collector.service(service.getKey(), index++, service.getValue().types(), errors);
    }
    // Whatever is missing may have been refused above.
    if (errors.isEmpty()) {
      collector.build(file, errors);
    }
    List<ZoneRecord> records = collector.records;
    records.addAll(services.records());
    return new ZoneContent(origin, file.toString(), records, services.names(), errors);
  }

  /// A zone that the server made or loaded already.
  public static ZoneContent of(Zone zone, Services services) {
    List<ZoneRecord> records = new ArrayList<>();
    zone.forEachRecord((owner, type, ttl, rdata) ->
        records.add(new ZoneRecord(owner, type, ttl, rdata, null, false)));
    records.addAll(services.records());
    return new ZoneContent(
        zone.origin(), "made from the configuration", records, services.names(), List.of());
  }

  /// Keeps what the builder takes.
  private static final class Collector implements ZoneFileReader.PlacedSink {
    private final ZoneBuilder builder;
    private final List<ZoneRecord> records = new ArrayList<>();
    private @Nullable RecordPlace place;
    private Path lastFile = Path.of("");
    private String fileName = "";

    Collector(Name origin) {
      builder = new ZoneBuilder(origin);
    }

    @Override
    public void at(Path file, int line, int column) {
      if (!file.equals(lastFile)) {
        lastFile = file;
        fileName = file.toString();
      }
      place = new RecordPlace(fileName, line, column);
    }

    @Override
    public void add(Name owner, int type, long ttlSeconds, byte[] rdata) throws ZoneException {
      var _ = builder.add(owner, type, ttlSeconds, rdata);
      records.add(new ZoneRecord(owner, type, ttlSeconds, rdata, place, false));
    }

    void service(Name name, int index, Set<Integer> types, List<Finding> errors) {
      try {
        var _ = builder.service(name, index, types);
      } catch (ZoneException e) {
        errors.add(Finding.error(REFUSED, null, 0, 0, String.valueOf(e.getMessage())));
      }
    }

    void build(Path file, List<Finding> errors) {
      try {
        var _ = builder.build();
      } catch (ZoneException e) {
        errors.add(Finding.error(REFUSED, file.toString(), 0, 0, String.valueOf(e.getMessage())));
      }
    }
  }
}
