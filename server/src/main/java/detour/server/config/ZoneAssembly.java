package detour.server.config;

import detour.dns.wire.Name;
import detour.dns.zone.Zone;
import detour.dns.zone.ZoneBuilder;
import detour.dns.zone.ZoneException;
import detour.failover.model.Service;
import detour.server.options.Place;
import detour.server.options.Placed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes the zones from their files or declarations and puts the services into them.
final class ZoneAssembly {
  private static final int SOA_TYPE = 6;

  private final Path file;
  private final ZoneFiles files;
  private final Problems problems;
  private final List<Problem> zoneFileProblems = new ArrayList<>();
  private final Set<Path> sources = new LinkedHashSet<>();

  /// @param file the configuration, beside which relative paths start
  ZoneAssembly(Path file, ZoneFiles files, Problems problems) {
    this.file = file;
    this.files = files;
    this.problems = problems;
  }

  /// The zones that will do, in order.
  ///
  /// @param services all of them, each with the place of its declaration at the same position
  List<Zone> zones(
      List<Placed<ZoneDeclaration>> declarations, List<Service> services, List<Place> places) {
    Map<String, Place> names = new HashMap<>();
    List<Zone> zones = new ArrayList<>();
    for (Placed<ZoneDeclaration> declaration : declarations) {
      String name = declaration.value().name();
      Place first = names.putIfAbsent(name, declaration.place());
      if (first != null) {
        problems.report(
            declaration.place(), "the zone " + name + " is already in line " + first.line());
        continue;
      }
      Zone zone = zone(declaration.value(), declaration.place(), services, places);
      if (zone != null) {
        zones.add(zone);
      }
    }
    return zones;
  }

  /// Problems in zone files, in the order in which the files were read.
  List<Problem> zoneFileProblems() {
    return zoneFileProblems;
  }

  /// The zone files that were read, with those they include.
  Set<Path> sources() {
    return sources;
  }

  private @Nullable Zone zone(
      ZoneDeclaration declared, Place place, List<Service> services, List<Place> places) {
    Name origin = Name.parse(declared.name());
    ZoneBuilder builder = new ZoneBuilder(origin);
    int before = problems.count() + zoneFileProblems.size();
    NegativeTtl negativeTtl = new NegativeTtl(builder);
    switch (declared) {
      case ZoneDeclaration.FromFile fromFile -> readFile(fromFile, place, origin, negativeTtl);
      case ZoneDeclaration.Made made -> make(made, place, services, negativeTtl);
    }
    boolean sound = problems.count() + zoneFileProblems.size() == before;
    addServices(builder, declared.name(), services, places);
    if (!sound) {
      return null;
    }
    warnOfNegativeTtl(declared, place, services, negativeTtl.seconds);
    try {
      return builder.build();
    } catch (ZoneException e) {
      problems.report(place, "the zone " + declared.name() + " will not do: " + e.getMessage());
      return null;
    }
  }

  /// Services with one owner are one entry of the zone, which has the index of the first.
  private void addServices(
      ZoneBuilder builder, String zone, List<Service> services, List<Place> places) {
    Map<String, Integer> firsts = new LinkedHashMap<>();
    Map<String, Set<Integer>> types = new HashMap<>();
    for (int i = 0; i < services.size(); i++) {
      Service service = services.get(i);
      if (service.zone().equals(zone)) {
        firsts.putIfAbsent(service.owner(), i);
        types.computeIfAbsent(service.owner(), owner -> new HashSet<>()).addAll(service.types());
      }
    }
    firsts.forEach((owner, first) -> {
      try {
        builder.service(Name.parse(owner), first, types.getOrDefault(owner, Set.of()));
      } catch (ZoneException e) {
        problems.report(places.get(first), Wording.oneLine(e.getMessage()));
      }
    });
  }

  private void readFile(
      ZoneDeclaration.FromFile declared, Place place, Name origin, ZoneFileReader.RecordSink sink) {
    ZoneFileReader.Outcome outcome =
        ZoneFileReader.read(files, file.resolveSibling(declared.file()), origin, sink);
    sources.addAll(outcome.sources());
    if (outcome.sources().isEmpty()) {
      // No line of it is to blame, but the line that names it.
      outcome.problems().forEach(problem -> problems.report(place, "the zone file " + problem));
    } else {
      zoneFileProblems.addAll(outcome.problems());
    }
  }

  private void make(
      ZoneDeclaration.Made declared,
      Place place,
      List<Service> services,
      ZoneFileReader.RecordSink sink) {
    List<Service> inside =
        services.stream().filter(service -> service.zone().equals(declared.name())).toList();
    try {
      MadeZone.write(declared, inside, sink);
    } catch (ZoneException | IllegalArgumentException e) {
      problems.report(place, "the zone " + declared.name() + " will not do: " + e.getMessage());
    }
    Set<String> known =
        new HashSet<>(inside.stream().filter(Service::addresses).map(Service::owner).toList());
    for (String nameServer : declared.nameServers()) {
      boolean insideZone =
          nameServer.equals(declared.name()) || nameServer.endsWith("." + declared.name());
      if (insideZone && !known.contains(nameServer)) {
        problems.warn(
            place,
            nameServer
                + " is inside this zone, but no service gives it an address: resolvers cannot reach"
                + " the zone through it");
      }
    }
  }

  private void warnOfNegativeTtl(
      ZoneDeclaration declared, Place place, List<Service> services, long negativeSeconds) {
    services.stream()
        .filter(service -> service.zone().equals(declared.name()))
        .filter(service -> service.ttl().toSeconds() < negativeSeconds)
        .findFirst()
        .ifPresent(service ->
            problems.warn(
                place,
                "resolvers keep the absence of a record for "
                    + Durations.text(Duration.ofSeconds(negativeSeconds))
                    + " (the lesser of the SOA record's TTL and its last field), longer than"
                    + " the ttl "
                    + Durations.text(service.ttl())
                    + " of "
                    + service.name()));
  }

  /// Passes records on and remembers for how long the zone lets resolvers keep an absence: RFC 2308
  /// section 5, the lesser of the SOA record's TTL and its MINIMUM field.
  private static final class NegativeTtl implements ZoneFileReader.RecordSink {
    private final ZoneBuilder builder;
    private long seconds;

    NegativeTtl(ZoneBuilder builder) {
      this.builder = builder;
    }

    @Override
    public void add(Name owner, int type, long ttlSeconds, byte[] rdata) throws ZoneException {
      builder.add(owner, type, ttlSeconds, rdata);
      if (type == SOA_TYPE && rdata.length >= Integer.BYTES) {
        long minimum = 0;
        for (int i = rdata.length - Integer.BYTES; i < rdata.length; i++) {
          minimum = (minimum << 8) | (rdata[i] & 0xff);
        }
        seconds = Math.min(ttlSeconds, minimum);
      }
    }
  }
}
