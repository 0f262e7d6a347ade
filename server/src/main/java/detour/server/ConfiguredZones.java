package detour.server;

import detour.dns.wire.Name;
import detour.dns.zone.Zone;
import detour.failover.model.Service;
import detour.server.config.Configuration;
import detour.server.config.DeclaredZones;
import detour.server.publish.SettledAnswer;
import detour.server.zones.ServedName;
import detour.server.zones.ZoneContent;
import detour.server.zones.ZoneRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The zones of a configuration for people: their files read once more for the places of records,
/// with what their services answer while all is well.
final class ConfiguredZones {
  private ConfiguredZones() {}

  static List<ZoneContent> of(Configuration configuration) {
    Map<String, Path> files = DeclaredZones.files(configuration.file());
    return configuration.zones().stream()
        .map(zone -> content(zone, configuration.model().services(), files))
        .toList();
  }

  private static ZoneContent content(Zone zone, List<Service> services, Map<String, Path> files) {
    String name = withoutDot(zone.origin());
    List<ZoneRecord> records = new ArrayList<>();
    Map<Name, ServedName> names = new LinkedHashMap<>();
    for (Service service : services) {
      if (service.zone().equals(name)) {
        Name owner = Name.parse(service.owner());
        SettledAnswer answer = SettledAnswer.of(service, zone.mayHoldAlias(owner));
        for (SettledAnswer.Item item : answer.records()) {
          records.add(
              new ZoneRecord(owner, item.type(), item.ttlSeconds(), item.rdata(), null, true));
        }
        names.merge(
            owner,
            new ServedName(Set.copyOf(service.types()), answer.unresolved()),
            ServedName::and);
      }
    }
    ZoneContent.Services added = new ZoneContent.Services(records, names);
    Path file = files.get(name);
    return file == null
        ? ZoneContent.of(zone, added)
        : ZoneContent.read(file, zone.origin(), added);
  }

  private static String withoutDot(Name origin) {
    String text = origin.toString().toLowerCase(Locale.ROOT);
    return text.length() > 1 ? text.substring(0, text.length() - 1) : text;
  }
}
