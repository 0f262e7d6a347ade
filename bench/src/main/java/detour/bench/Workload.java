package detour.bench;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.PreparedAnswer;
import detour.dns.answer.ServiceAnswer;
import detour.dns.wire.Name;
import detour.dns.zone.Zone;
import detour.dns.zone.ZoneBuilder;
import detour.dns.zone.ZoneException;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// A zone of many names and the queries for them, made up so that every run asks the same.
///
/// Half of the names are records of the zone, the other half services: `h0.example.com` is a
/// record, `h1.example.com` a service, and so on.
final class Workload {
  static final int TYPE_A = 1;

  /// Of a buffer that holds a query and then its response.
  static final int BUFFER_BYTES = 1232;

  private static final int TYPE_NS = 2;
  private static final int TYPE_SOA = 6;
  private static final int TTL_SECONDS = 300;
  private static final int QUERIES = 1 << 14;

  private final int names;

  Workload(int names) {
    this.names = names;
  }

  AnswerTable answerTable() {
    int count = names / 2;
    ServiceAnswer[] services = new ServiceAnswer[count];
    for (int i = 0; i < count; i++) {
      PreparedAnswer ipv4 =
          PreparedAnswer.addresses(List.of(address(2 * i + 1)), new int[] {1}, 0, TTL_SECONDS);
      services[i] = new ServiceAnswer(ipv4, PreparedAnswer.noData(), null);
    }
    return AnswerTable.of(List.of(zone()), services);
  }

  Zone zone() {
    try {
      ZoneBuilder zone = new ZoneBuilder(Name.parse("example.com"));
      zone.add(Name.parse("example.com"), TYPE_SOA, TTL_SECONDS, startOfAuthority());
      zone.add(
          Name.parse("example.com"), TYPE_NS, TTL_SECONDS, Name.parse("ns.example.net").toWire());
      for (int i = 0; i < names; i++) {
        if (i % 2 == 0) {
          zone.add(host(i), TYPE_A, TTL_SECONDS, address(i));
        } else {
          zone.service(host(i), i / 2);
        }
      }
      return zone.build();
    } catch (ZoneException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Queries in a fixed random order, as they come from the wire.
  byte[][] queries(Asked asked) {
    return names(asked).stream().map(Workload::query).toArray(byte[][]::new);
  }

  /// The names of those queries; their number is a power of two.
  List<Name> names(Asked asked) {
    Random random = new Random(1);
    return IntStream.range(0, QUERIES)
        .map(i -> random.nextInt(names / 2) * 2)
        .mapToObj(even ->
            switch (asked) {
              case RECORD -> host(even);
              case SERVICE -> host(even + 1);
              case MISSING_NAME -> Name.parse("missing" + even + ".example.com");
            })
        .toList();
  }

  static void copy(byte[] query, MemorySegment memory) {
    MemorySegment.copy(query, 0, memory, ValueLayout.JAVA_BYTE, 0, query.length);
  }

  private static byte[] query(Name name) {
    ByteArrayOutputStream query = new ByteArrayOutputStream();
    query.writeBytes(new byte[] {0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    query.writeBytes(name.toWire());
    query.writeBytes(new byte[] {0, TYPE_A, 0, 1});
    return query.toByteArray();
  }

  private static Name host(int index) {
    return Name.parse("h" + index + ".example.com");
  }

  private static byte[] address(int index) {
    return new byte[] {10, (byte) (index >> 16), (byte) (index >> 8), (byte) index};
  }

  private static byte[] startOfAuthority() {
    ByteArrayOutputStream rdata = new ByteArrayOutputStream();
    rdata.writeBytes(Name.parse("ns.example.net").toWire());
    rdata.writeBytes(Name.parse("hostmaster.example.com").toWire());
    for (int value : new int[] {1, 7200, 900, 1209600, 300}) {
      rdata.writeBytes(
          new byte[] {
            (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
          });
    }
    return rdata.toByteArray();
  }
}
