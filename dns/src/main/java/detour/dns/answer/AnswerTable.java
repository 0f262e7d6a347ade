package detour.dns.answer;

import detour.dns.wire.Layouts;
import detour.dns.wire.Name;
import detour.dns.wire.NameKey;
import detour.dns.wire.RecordType;
import detour.dns.zone.NameTable;
import detour.dns.zone.Zone;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Everything a query can be answered with at one moment: the zones, and the present answer of each
/// service. Immutable.
public final class AnswerTable {
  private static final byte[] NO_TEXT = {};
  private static final OtherAnswer[] NO_OTHERS = {};

  private final ZoneIndex zones;
  private final ServiceAnswer[] services;

  /// By service, first IPv4, then IPv6: spares the query path a look into [#services], which lie
  /// scattered in memory.
  private final PreparedAnswer[] prepared;

  /// By service: its answers for types other than A and AAAA; empty for most.
  private final OtherAnswer[][] others;

  /// By service: the text of its extended error as octets; empty for none.
  private final byte[][] extendedErrors;

  /// How many texts are not empty; where none is, as mostly, the query path need not look. Final
  /// once the table is made.
  private int textCount;

  private final ServerOptions server;
  private final long epoch;
  private final byte[] nameServerId;

  private AnswerTable(
      ZoneIndex zones,
      ServiceAnswer[] services,
      PreparedAnswer[] prepared,
      OtherAnswer[][] others,
      byte[][] extendedErrors,
      int textCount,
      ServerOptions server,
      long epoch) {
    this.zones = zones;
    this.services = services;
    this.prepared = prepared;
    this.others = others;
    this.extendedErrors = extendedErrors;
    this.textCount = textCount;
    this.server = server;
    this.epoch = epoch;
    String name = server.nameServerId();
    nameServerId =
        name.isEmpty() ? NO_TEXT : (name + " epoch=" + epoch).getBytes(StandardCharsets.UTF_8);
  }

  /// @param services by the index that [detour.dns.zone.ZoneBuilder#service] was given
  /// @throws IllegalArgumentException when two zones have the same origin
  public static AnswerTable of(Collection<Zone> zones, ServiceAnswer[] services) {
    byte[][] texts = new byte[services.length][];
    Arrays.fill(texts, NO_TEXT);
    AnswerTable table =
        new AnswerTable(
            new ZoneIndex(zones),
            services.clone(),
            new PreparedAnswer[2 * services.length],
            new OtherAnswer[services.length][],
            texts,
            0,
            ServerOptions.NONE,
            0);
    for (int i = 0; i < services.length; i++) {
      table.put(i, services[i]);
    }
    return table;
  }

  /// The same with other answers of some services; shares everything else. Costs a copy of four
  /// arrays.
  ///
  /// @param changed by the index of the service
  public AnswerTable withServices(Map<Integer, ServiceAnswer> changed) {
    AnswerTable next =
        new AnswerTable(
            zones,
            services.clone(),
            prepared.clone(),
            others.clone(),
            extendedErrors.clone(),
            textCount,
            server,
            epoch);
    changed.forEach(next::put);
    return next;
  }

  /// The same from a server that says other things of itself, and under another selection epoch;
  /// shares everything else.
  ///
  /// @param newEpoch 0 or more; what clients that ask for the zone's version are told beside its
  ///   serial, and those that ask for the name server's identifier behind its name
  public AnswerTable identifiedBy(ServerOptions newServer, long newEpoch) {
    return newEpoch == epoch && newServer == server
        ? this
        : new AnswerTable(
            zones, services, prepared, others, extendedErrors, textCount, newServer, newEpoch);
  }

  /// Of which epoch of selections these answers are; 0 before any.
  public long epoch() {
    return epoch;
  }

  private void put(int index, ServiceAnswer answer) {
    textCount -= hasText(index) ? 1 : 0;
    services[index] = answer;
    prepared[2 * index] = answer.ipv4();
    prepared[2 * index + 1] = answer.ipv6();
    byte[] text = octets(answer.extendedError());
    extendedErrors[index] = text;
    others[index] =
        answer.others().isEmpty()
            ? NO_OTHERS
            : answer.others().stream()
                .map(other -> new OtherAnswer(other, text))
                .toArray(OtherAnswer[]::new);
    textCount += hasText(index) ? 1 : 0;
  }

  private boolean hasText(int index) {
    boolean any = extendedErrors[index].length > 0;
    for (OtherAnswer other : Objects.requireNonNullElse(others[index], NO_OTHERS)) {
      any |= other.extendedError.length > 0;
    }
    return any;
  }

  public ServiceAnswer service(int index) {
    return services[index];
  }

  /// Whether a zone with this name is served.
  boolean isApex(NameKey name) {
    Zone zone = zones.deepest(name, 0);
    return zone != null && zone.originLabels() == name.labels();
  }

  /// The deepest zone served that holds the name; null when none does. For people: it looks at
  /// every zone.
  public @Nullable Zone zoneOf(Name name) {
    Zone deepest = null;
    for (Zone zone : zones.zones) {
      if (name.isSubdomainOf(zone.origin())
          && (deepest == null || zone.origin().labelCount() > deepest.origin().labelCount())) {
        deepest = zone;
      }
    }
    return deepest;
  }

  /// Whether the table has an answer for the service with this index.
  boolean hasService(int index) {
    return index < services.length;
  }

  PreparedAnswer ipv4(int index) {
    return prepared[2 * index];
  }

  PreparedAnswer ipv6(int index) {
    return prepared[2 * index + 1];
  }

  /// What a service answers for a type other than A and AAAA; null when it leaves that to the zone.
  @Nullable PreparedAnswer other(int index, int type) {
    for (OtherAnswer other : others[index]) {
      if (other.type == type) {
        return other.answer;
      }
    }
    return null;
  }

  /// The first answer of a service that has records of a type other than A and AAAA; null for none.
  @Nullable PreparedAnswer anyOther(int index) {
    for (OtherAnswer other : others[index]) {
      if (other.answer.size() > 0) {
        return other.answer;
      }
    }
    return null;
  }

  ServerOptions server() {
    return server;
  }

  /// Octets of the name server's identifier; empty for none. Not to be changed.
  byte[] nameServerId() {
    return nameServerId;
  }

  /// Octets of the text that goes with a service's answer for a type; empty for none.
  byte[] extendedError(int index, int type) {
    if (textCount == 0) {
      return NO_TEXT;
    }
    for (OtherAnswer other : others[index]) {
      if (other.type == type) {
        return other.extendedError;
      }
    }
    return extendedErrors[index];
  }

  /// The zone that answers `type` at the name; null when it is outside all of them.
  @Nullable Zone zoneFor(NameKey name, int type) {
    Zone zone = zones.deepest(name, 0);
    // RFC 4035 section 3.1.4.1: DS at an apex is the parent's, where the parent is served too.
    if (type == RecordType.DS
        && zone != null
        && zone.origin().octets() == name.octets()
        && name.labels() > 0) {
      Zone parent = zones.deepest(name, 1);
      return parent == null ? zone : parent;
    }
    return zone;
  }

  private static byte[] octets(@Nullable String text) {
    return text == null ? NO_TEXT : text.getBytes(StandardCharsets.UTF_8);
  }

  /// What a service answers for a type other than A and AAAA.
  private static final class OtherAnswer {
    private final int type;
    private final PreparedAnswer answer;
    private final byte[] extendedError;

    /// @param inherited the text of the service
    OtherAnswer(ServiceAnswer.TypeAnswer from, byte[] inherited) {
      type = from.type();
      answer = from.answer();
      extendedError = from.extendedError() == null ? inherited : octets(from.extendedError());
    }
  }

  /// Finds zones by their origins. Only as many suffixes of a name are tried as there are different
  /// depths of origins.
  private static final class ZoneIndex {
    private final Zone[] zones;
    private final byte[] entries;
    private final NameTable table;
    private final boolean[] depths = new boolean[128];
    private int deepest;

    ZoneIndex(Collection<Zone> collection) {
      zones = collection.toArray(Zone[]::new);
      table = new NameTable(zones.length * 2);
      int octets = 16;
      for (Zone zone : zones) {
        octets += NameTable.NAME + zone.origin().octets() + 4;
      }
      entries = new byte[octets];
      NameKey key = new NameKey();
      int at = 8;
      for (int i = 0; i < zones.length; i++) {
        at = add(zones[i].origin(), i, at, key);
      }
    }

    /// @param skip leading labels of the name that the origin may not hold
    @Nullable Zone deepest(NameKey name, int skip) {
      int labels = name.labels();
      for (int depth = Math.min(deepest, labels - skip); depth >= 0; depth--) {
        if (depths[depth]) {
          int entry = table.find(entries, name, labels - depth);
          if (entry != 0) {
            return zones[index(entry)];
          }
        }
      }
      return null;
    }

    private int add(Name origin, int index, int at, NameKey key) {
      key.set(origin);
      if (table.find(entries, key, 0) != 0) {
        throw new IllegalArgumentException("two zones have the origin " + origin);
      }
      entries[at + NameTable.NAME_LENGTH] = (byte) origin.octets();
      int end = origin.copyTo(entries, at + NameTable.NAME);
      Layouts.putInt(entries, end, index);
      table.add(key.hash(0), at);
      depths[key.labels()] = true;
      deepest = Math.max(deepest, key.labels());
      return end + 4;
    }

    private int index(int entry) {
      int length = entries[entry + NameTable.NAME_LENGTH] & 0xFF;
      return Layouts.signedInt(entries, entry + NameTable.NAME + length);
    }
  }
}
