package detour.dns.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import detour.dns.wire.Name;
import detour.dns.zone.Zone;
import detour.dns.zone.ZoneBuilder;
import detour.dns.zone.ZoneException;
import detour.dns.zone.ZoneTexts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;
import org.xbill.DNS.WireParseException;

/// Whatever arrives, the response is a well-formed message about the same question, or none.
class ResponderFuzz {
  private static final ServerOptions OPTIONS =
      ServerOptions.of(
          "ams1",
          "Detour",
          new CookiePolicy(List.of(CookieSecret.parse("e5e973e5a6b2a43f48e7dc849e37bfcf")), true));
  private static final AnswerTable TABLE = table();

  /// Nearly all that goes out over UDP is above a limit, and truncated.
  private static final AnswerTable LIMITED_TABLE =
      TABLE.identifiedBy(
          OPTIONS.limiting(
              new RateLimits(
                  RateLimits.Mode.ON, 1, 1, 1, 1, 1, Duration.ofSeconds(1), 1, 24, 56, List.of())),
          123);

  private static final Responder LIMITED = new Responder(1, 1232, new RateBuckets(1));

  @FuzzTest(maxDuration = "2m")
  void shouldAnswerWellFormed(byte[] query) throws IOException {
    if (query.length > 4096) {
      return;
    }
    for (Transport transport : Transport.values()) {
      for (int capacity : new int[] {Math.max(512, query.length), 16_384}) {
        check(new Responder(1), TABLE, query, transport, capacity);
      }
    }
    check(LIMITED, LIMITED_TABLE, query, Transport.UDP, 16_384);
  }

  /// The octets are the options of a query that is good otherwise.
  @FuzzTest(maxDuration = "2m")
  void shouldAnswerWhateverTheOptionsAre(byte[] options) throws IOException {
    byte[] query = Server.query("www.b", Type.A).toWire();
    query[11] = 1;
    ByteBuffer message =
        ByteBuffer.allocate(query.length + 11 + options.length)
            .put(query)
            .put((byte) 0)
            .putShort((short) Type.OPT)
            .putShort((short) 1232)
            .putInt(0)
            .putShort((short) options.length)
            .put(options);
    shouldAnswerWellFormed(message.array());
  }

  private static void check(
      Responder responder, AnswerTable table, byte[] query, Transport transport, int capacity)
      throws IOException {
    byte[] buffer = Arrays.copyOf(query, capacity);
    int length =
        responder.respond(
            table,
            MemorySegment.ofArray(buffer),
            0,
            query.length,
            capacity,
            transport,
            new ClientAddress(),
            1_800_000_000_000L);
    boolean answerable = query.length >= 12 && query[2] >= 0;
    assertThat(length > 0).isEqualTo(answerable);
    if (!answerable) {
      return;
    }
    assertThat(length).isBetween(12, capacity);
    if (transport == Transport.UDP) {
      assertThat(length).isLessThanOrEqualTo(1232);
    }
    Message response;
    try {
      response = new Message(Arrays.copyOf(buffer, length));
    } catch (WireParseException e) {
      // A client subnet of family 0 is echoed, and not known to dnsjava.
      assertThat(e).hasMessage("unknown address family");
      return;
    }
    assertThat(response.getHeader().getID())
        .isEqualTo(((query[0] & 0xFF) << 8) | (query[1] & 0xFF));
    assertThat(buffer[2] & 0x80).isEqualTo(0x80);
    if (response.getHeader().getCount(0) == 1) {
      int end = 12 + response.getQuestion().getName().length() + 4;
      assertThat(Arrays.copyOfRange(buffer, 12, end)).isEqualTo(Arrays.copyOfRange(query, 12, end));
    }
  }

  private static AnswerTable table() {
    PreparedAnswer alias = Server.alias("www.b", "far.c");
    PreparedAnswer addresses = Server.addresses("192.0.2.1", "192.0.2.2");
    return AnswerTable.of(
            List.of(
                ZoneTexts.zone(
                    "b",
                    "www A 192.0.2.2\nns1 A 192.0.2.1\n@ MX 1 www\nd DNAME d.d\nc CNAME c.d\n"),
                ZoneTexts.zone("a.b", "* CNAME x.y.b\nx NS ns.x\nns.x A 192.0.2.3\n"),
                services()),
            new ServiceAnswer[] {
              new ServiceAnswer(addresses, PreparedAnswer.noData(), "last resort"),
              new ServiceAnswer(alias, alias, null)
            })
        .identifiedBy(OPTIONS, 123);
  }

  private static Zone services() {
    ZoneBuilder builder = ZoneTexts.builder("s", "");
    try {
      builder.service(Name.parse("a.s"), 0);
      builder.service(Name.parse("*.b.s"), 1);
    } catch (ZoneException e) {
      throw new AssertionError(e);
    }
    return ZoneTexts.build(builder);
  }
}
