package detour.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.wire.Name;
import detour.dns.wire.NameKey;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import detour.dns.zone.Lookup.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many small random zones: every name of a tiny world is looked up in the zone and in a model that
/// is too simple to be wrong.
class ZoneModelTest {
  private static final Name ORIGIN = Name.parse("z");
  private static final int[] TYPES = {
    RecordType.A, RecordType.TXT, RecordType.NS, RecordType.CNAME, RecordType.DNAME, RecordType.DS
  };
  private static final List<Name> WORLD = world();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldAgreeWithTheModel(long seed) throws ZoneException {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 150; i++) {
      compare(random, "seed " + seed + ", zone " + i);
    }
  }

  private static void compare(SplittableRandom random, String label) throws ZoneException {
    ZoneBuilder builder = new ZoneBuilder(ORIGIN);
    Model model = new Model();
    byte[] soa = new byte[22];
    builder.add(ORIGIN, RecordType.SOA, 60, soa);
    model.add(ORIGIN, RecordType.SOA, soa);
    builder.add(ORIGIN, RecordType.NS, 60, new byte[1]);
    model.add(ORIGIN, RecordType.NS, new byte[1]);
    int count = random.nextInt(10);
    for (int i = 0; i < count; i++) {
      addOne(random, builder, model);
    }
    Zone zone;
    try {
      zone = builder.build();
    } catch (ZoneException e) {
      assertThat(e).hasMessageContaining("lies below a delegation or a DNAME");
      return;
    }
    Lookup lookup = new Lookup();
    for (Name name : WORLD) {
      for (int type : TYPES) {
        zone.lookup(new NameKey().set(name), type, lookup);
        assertThat(describe(zone, lookup))
            .as("%s: %s %s in %s", label, name, RecordType.name(type), model)
            .isEqualTo(model.lookup(name, type));
      }
    }
  }

  private static void addOne(SplittableRandom random, ZoneBuilder builder, Model model) {
    Name owner = WORLD.get(random.nextInt(WORLD.size()));
    int type = TYPES[random.nextInt(TYPES.length)];
    byte[] data =
        type == RecordType.A ? new byte[] {1, 2, 3, (byte) random.nextInt(3)} : new byte[1];
    try {
      if (random.nextInt(6) == 0) {
        builder.service(owner, 7);
        model.services.add(owner);
      } else {
        builder.add(owner, type, 60, data);
        model.add(owner, type, data);
      }
    } catch (ZoneException e) {
      // Not in the zone, hence not in the model either.
      assertThat(e.getMessage()).startsWith(owner.toString());
    }
  }

  private static String describe(Zone zone, Lookup lookup) {
    return switch (lookup.outcome()) {
      case ANSWER, CNAME -> lookup.outcome() + " " + data(zone, lookup.recordSet());
      case DNAME, DELEGATION ->
          lookup.outcome() + " " + lookup.skipped() + " " + data(zone, lookup.recordSet());
      case SERVICE ->
          "SERVICE " + (lookup.recordSet() == 0 ? "[]" : data(zone, lookup.recordSet()));
      case NO_DATA, NAME_ERROR -> lookup.outcome().toString();
    };
  }

  private static String data(Zone zone, int set) {
    TreeSet<String> data = new TreeSet<>();
    int record = zone.records(set);
    for (int i = 0; i < zone.count(set); i++) {
      int end = PackedRecords.next(zone.packed(), record);
      data.add(
          Arrays.toString(Arrays.copyOfRange(zone.packed(), record + PackedRecords.RDATA, end)));
      record = end;
    }
    return data.toString();
  }

  /// All names of up to three labels below the origin, of the labels `a`, `b` and `*`.
  private static List<Name> world() {
    List<Name> names = new ArrayList<>(List.of(ORIGIN));
    for (int from = 0, depth = 0; depth < 3; depth++) {
      int to = names.size();
      for (; from < to; from++) {
        for (String label : List.of("a", "b", "*")) {
          names.add(Name.parse(label + "." + names.get(from)));
        }
      }
    }
    return names;
  }

  private static final class Model {
    final Map<Name, Map<Integer, TreeSet<String>>> records = new TreeMap<>();
    final TreeSet<Name> services = new TreeSet<>();

    void add(Name owner, int type, byte[] data) {
      records
          .computeIfAbsent(owner, name -> new TreeMap<>())
          .computeIfAbsent(type, number -> new TreeSet<>())
          .add(Arrays.toString(data));
    }

    String lookup(Name name, int type) {
      for (int skip = name.labelCount() - 1; skip >= 0; skip--) {
        Name above = ancestor(name, skip);
        boolean cut = !above.equals(ORIGIN) && set(above, RecordType.NS) != null;
        if (cut && !(skip == 0 && type == RecordType.DS)) {
          return Outcome.DELEGATION + " " + skip + " " + set(above, RecordType.NS);
        }
        if (!cut && skip > 0 && set(above, RecordType.DNAME) != null) {
          return Outcome.DNAME + " " + skip + " " + set(above, RecordType.DNAME);
        }
      }
      if (exists(name)) {
        return at(name, type);
      }
      Name encloser = name;
      while (!exists(encloser)) {
        encloser = encloser.parent();
      }
      Name wildcard = encloser.wildcard();
      return exists(wildcard) ? at(wildcard, type) : Outcome.NAME_ERROR.toString();
    }

    private String at(Name name, int type) {
      Set<String> set = set(name, type);
      if (services.contains(name)) {
        return "SERVICE " + (set == null ? "[]" : set);
      }
      if (set != null) {
        return Outcome.ANSWER + " " + set;
      }
      Set<String> alias = set(name, RecordType.CNAME);
      return alias == null ? Outcome.NO_DATA.toString() : Outcome.CNAME + " " + alias;
    }

    private boolean exists(Name name) {
      return records.keySet().stream().anyMatch(owner -> owner.isSubdomainOf(name))
          || services.stream().anyMatch(owner -> owner.isSubdomainOf(name));
    }

    private @Nullable Set<String> set(Name owner, int type) {
      return records.getOrDefault(owner, Map.of()).get(type);
    }

    private static Name ancestor(Name name, int skip) {
      Name above = name;
      for (int i = 0; i < skip; i++) {
        above = above.parent();
      }
      return above;
    }

    @Override
    public String toString() {
      return records + " services " + services;
    }
  }
}
