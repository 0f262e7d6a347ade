package detour.systemtest.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.xbill.DNS.Type;

/// A few records over a tiny alphabet, so that wildcards, aliases, redirections and delegations get
/// into each other's way; perhaps with a child zone that is served beside its parent.
///
/// @param records of the zone, names relative
/// @param child records of the zone `a` below it; empty for none
record RandomScene(List<String> records, List<String> child) {
  private static final String[] LABELS = {"a", "b", "*"};
  private static final String[] QUERY_LABELS = {"a", "b", "*", "c"};
  private static final int[] QUERY_TYPES = {
    Type.A,
    Type.A,
    Type.A,
    Type.TXT,
    Type.MX,
    Type.NS,
    Type.CNAME,
    Type.DNAME,
    Type.DS,
    Type.SRV,
    Type.SOA,
    Type.AAAA,
    Type.ANY
  };

  static RandomScene of(Random random) {
    List<String> records = new ArrayList<>();
    int count = 2 + random.nextInt(9);
    for (int i = 0; i < count; i++) {
      records.add(record(random));
    }
    List<String> child = new ArrayList<>();
    if (random.nextInt(4) == 0) {
      records.add("a 66 IN NS ns.a");
      int below = random.nextInt(5);
      for (int i = 0; i < below; i++) {
        child.add(record(random));
      }
      child.add("ns 60 IN A 192.0.2.53");
    }
    return new RandomScene(List.copyOf(records), List.copyOf(child));
  }

  /// The zones at and below the origin.
  List<ServedZone> at(String origin) {
    List<ServedZone> zones = new ArrayList<>();
    zones.add(zone(origin, records));
    if (!child.isEmpty()) {
      zones.add(zone("a." + origin, child));
    }
    return zones;
  }

  /// The same with one record less, in all ways.
  List<RandomScene> smaller() {
    List<RandomScene> smaller = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      smaller.add(new RandomScene(without(records, i), child));
    }
    for (int i = 0; i < child.size(); i++) {
      smaller.add(new RandomScene(records, without(child, i)));
    }
    return smaller;
  }

  /// The records, one a line; those of the child zone behind a line of their own.
  String text() {
    String own = String.join("\n", records);
    return child.isEmpty() ? own : own + "\n-- zone a:\n" + String.join("\n", child);
  }

  /// A name to ask for, relative to the origin and with a dot behind it.
  static String queryName(Random random) {
    return name(random, QUERY_LABELS, 4).map(label -> label + ".").reduce("", String::concat);
  }

  static int queryType(Random random) {
    return QUERY_TYPES[random.nextInt(QUERY_TYPES.length)];
  }

  private static ServedZone zone(String origin, List<String> records) {
    List<String> apex = List.of(ServedZone.START_OF_AUTHORITY, "@ 66 IN NS ns.elsewhere.invalid.");
    return new ServedZone(origin, Stream.concat(apex.stream(), records.stream()).toList());
  }

  private static String record(Random random) {
    String owner = text(name(random, LABELS, 3));
    // BIND wants an address for every name server of the apex: there it stays with one elsewhere.
    String cut = owner.equals("@") ? "b" : owner;
    String target = random.nextInt(12) == 0 ? "x.invalid." : text(name(random, QUERY_LABELS, 3));
    int number = random.nextInt(3);
    return switch (random.nextInt(14)) {
      case 0, 1, 2 -> owner + " 60 IN A 192.0.2." + number;
      case 3 -> owner + " 61 IN TXT t" + number;
      case 4 -> owner + " 62 IN MX " + number + " " + target;
      case 5 -> owner + " 63 IN SRV 0 0 " + number + " " + target;
      case 6, 7, 8 -> owner + " 64 IN CNAME " + target;
      case 9, 10 -> owner + " 65 IN DNAME " + target;
      case 11, 12 -> cut + " 66 IN NS " + target;
      default -> owner + " 67 IN DS 1 13 2 " + "00".repeat(32);
    };
  }

  private static Stream<String> name(Random random, String[] labels, int deepest) {
    return random
        .ints(random.nextInt(deepest + 1), 0, labels.length)
        .mapToObj(index -> labels[index]);
  }

  private static String text(Stream<String> labels) {
    String name = String.join(".", labels.toList());
    return name.isEmpty() ? "@" : name;
  }

  private static List<String> without(List<String> list, int index) {
    List<String> rest = new ArrayList<>(list);
    rest.remove(index);
    return List.copyOf(rest);
  }
}
