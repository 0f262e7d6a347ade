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
import java.util.Arrays;
import java.util.List;
import org.xbill.DNS.Message;
import org.xbill.DNS.WireParseException;

/// Whatever arrives, the response is a well-formed message about the same question, or none.
class ResponderFuzz {
  private static final AnswerTable TABLE = table();

  @FuzzTest(maxDuration = "2m")
  void shouldAnswerWellFormed(byte[] query) throws IOException {
    if (query.length > 4096) {
      return;
    }
    for (Transport transport : Transport.values()) {
      for (int capacity : new int[] {Math.max(512, query.length), 16_384}) {
        check(query, transport, capacity);
      }
    }
  }

  private static void check(byte[] query, Transport transport, int capacity) throws IOException {
    byte[] buffer = Arrays.copyOf(query, capacity);
    int length =
        new Responder(1)
            .respond(
                TABLE,
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
        .identifiedBy(
            ServerOptions.of(
                "ams1",
                "Detour",
                new CookiePolicy(
                    List.of(CookieSecret.parse("e5e973e5a6b2a43f48e7dc849e37bfcf")), true)),
            123);
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
