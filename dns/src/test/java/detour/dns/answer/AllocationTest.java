package detour.dns.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// The query path allocates nothing, whatever is asked.
class AllocationTest {
  private static final int CAPACITY = 4096;
  private static final Transport[] TRANSPORTS = Transport.values();
  private static final EDNSOption NSID = new GenericEDNSOption(3, new byte[0]);
  private static final EDNSOption ZONE_VERSION = new GenericEDNSOption(19, new byte[0]);
  private static final EDNSOption BAD_OPTION = new GenericEDNSOption(19, new byte[] {1});

  private static final EDNSOption COOKIE = Server.option(10, "2464c4abcf10c957");
  private static final EDNSOption OLD_COOKIE =
      Server.option(10, "2464c4abcf10c957010000005cf79f111f8130c3eee29480");
  private static final EDNSOption SUBNET = Server.option(8, "0002380020010db8010203");
  private static final EDNSOption KEEPALIVE = Server.option(11, "");
  private static final EDNSOption PADDING = Server.option(12, "0000");
  private static final EDNSOption[] ALL = {NSID, ZONE_VERSION, COOKIE, SUBNET, KEEPALIVE, PADDING};
  private static final CookiePolicy COOKIES =
      new CookiePolicy(
          List.of(
              CookieSecret.parse("dd3bdf9344b678b185a6f5cb60fca715"),
              CookieSecret.parse("e5e973e5a6b2a43f48e7dc849e37bfcf")),
          true);
  private static final ClientAddress CLIENT = ClientAddress.of(Server.octets("198.51.100.100"));

  /// 1559731985 s: some of the cookies are valid.
  private static final long NOW_MILLIS = 1_559_731_985_000L;

  /// Raw addresses, as the production caller uses them.
  @SuppressWarnings("restricted")
  private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /// @param limited whether most of the responses over UDP are above a rate limit
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAllocateNothingOver100000QueriesOfAllKinds(boolean limited) throws Exception {
    List<String> made = StringConstants.make();
    Server server = server(limited ? RateLimits.DEFAULT : RateLimits.OFF);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(CAPACITY, 8).address();
      MemorySegment[] queries = queries(arena);
      run(server, queries, address, 0, 400_000);
      long limitedBefore = limited(server);
      long before = threads.getCurrentThreadAllocatedBytes();
      long octets = run(server, queries, address, 400_000, 500_000);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(octets).isGreaterThan(100_000L * 12);
      long above = limited(server) - limitedBefore;
      assertThat(above).isBetween(limited ? 10_000L : 0, limited ? 30_000L : 0);
      assertThat(allocated).isZero();
    } finally {
      Reference.reachabilityFence(made);
    }
  }

  private static long limited(Server server) {
    return Stream.of(RateLimits.Kind.values()).mapToLong(server.responder.counts()::limited).sum();
  }

  private static long run(Server server, MemorySegment[] queries, long address, int from, int to) {
    long octets = 0;
    int next = from % queries.length;
    for (int i = from; i < to; i++) {
      MemorySegment query = queries[next];
      next = next + 1 == queries.length ? 0 : next + 1;
      int length = (int) query.byteSize();
      MemorySegment.copy(query, 0, EVERYTHING, address, length);
      octets +=
          server.responder.respond(
              server.table,
              EVERYTHING,
              address,
              length,
              CAPACITY,
              TRANSPORTS[i % TRANSPORTS.length],
              CLIENT,
              NOW_MILLIS + i / 100);
    }
    return octets;
  }

  private static Server server(RateLimits limits) {
    PreparedAnswer alias = Server.alias("www.example.com", "far.example.net");
    PreparedAnswer drawn =
        Server.addresses(2, new int[] {3, 2, 1}, "192.0.2.1", "192.0.2.2", "192.0.2.3");
    Server server =
        Server.of(
            """
            ns1   A     192.0.2.1
            www   A     192.0.2.2
            www   TXT   text
            @     MX    10 ns1
            c     CNAME www
            d     DNAME ent
            *.ent A     192.0.2.3
            child NS    ns.child
            ns.child A  192.0.2.4
            """,
            List.of(
                "drawn.example.com",
                "alias.example.com",
                "failing.example.com",
                "rotated.example.com",
                "carrier.example.com",
                "*.carriers.example.com"),
            new ServiceAnswer(drawn, PreparedAnswer.noData(), "last resort"),
            new ServiceAnswer(alias, alias, null),
            new ServiceAnswer(PreparedAnswer.servFail(), PreparedAnswer.servFail(), null),
            new ServiceAnswer(
                Server.addresses("192.0.2.1", "192.0.2.2", "192.0.2.3"),
                Server.addresses("2001:db8::1"),
                null),
            carrier(Server.addresses("192.0.2.1")),
            carrier(PreparedAnswer.ofZone()));
    ServerOptions options = ServerOptions.of("ams1", "Detour", COOKIES).limiting(limits);
    return new Server(
        server.table.identifiedBy(options, 123), new Responder(1, 1232, new RateBuckets(9)));
  }

  private static ServiceAnswer carrier(PreparedAnswer addresses) {
    byte[] own = {0, 1, 0};
    byte[] alias = {
      0, 0, 3, 'w', 'w', 'w', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0
    };
    return new ServiceAnswer(
        addresses,
        addresses,
        "two of three",
        List.of(
            new ServiceAnswer.TypeAnswer(
                Type.MX, PreparedAnswer.records(Type.MX, List.of(alias), 60)),
            new ServiceAnswer.TypeAnswer(
                Type.HTTPS, PreparedAnswer.records(Type.HTTPS, List.of(own, alias), 60))));
  }

  private static MemorySegment[] queries(Arena arena) {
    List<MemorySegment> queries = new ArrayList<>();
    for (String name : List.of("id.server", "version.bind", "other.bind")) {
      byte[] wire = Server.query(name, Type.TXT).toWire();
      wire[wire.length - 1] = 3;
      queries.add(copy(arena, wire));
    }
    Message cookieOnly = new Message(7);
    cookieOnly.addRecord(new OPTRecord(1232, 0, 0, 0, COOKIE), Section.ADDITIONAL);
    queries.add(copy(arena, cookieOnly.toWire()));
    for (String name :
        List.of(
            "www.example.com",
            "example.com",
            "none.example.com",
            "c.example.com",
            "x.d.example.com",
            "y.ent.example.com",
            "ent.example.com",
            "a.b.child.example.com",
            "drawn.example.com",
            "alias.example.com",
            "failing.example.com",
            "rotated.example.com",
            "carrier.example.com",
            "x.carriers.example.com",
            "www.example.org")) {
      for (int type :
          new int[] {Type.A, Type.AAAA, Type.MX, Type.NS, Type.ANY, Type.DS, Type.HTTPS}) {
        Message query = Server.query(name, type);
        queries.add(copy(arena, query.toWire()));
        query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
        byte[] wire = query.toWire();
        queries.add(copy(arena, wire));
        wire[wire.length - 6] = 1;
        queries.add(copy(arena, wire));
        wire[11] = 7;
        queries.add(copy(arena, wire));
        wire[2] |= 0x28;
        queries.add(copy(arena, wire));
        queries.add(copy(arena, Server.withOptions(name, type, NSID, ZONE_VERSION).toWire()));
        queries.add(copy(arena, Server.withOptions(name, type, NSID, BAD_OPTION).toWire()));
        queries.add(copy(arena, Server.withOptions(name, type, ALL).toWire()));
        queries.add(copy(arena, Server.withOptions(name, type, SUBNET, OLD_COOKIE).toWire()));
      }
    }
    return queries.toArray(MemorySegment[]::new);
  }

  private static MemorySegment copy(Arena arena, byte[] octets) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, octets);
  }
}
