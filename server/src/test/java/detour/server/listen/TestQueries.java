package detour.server.listen;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.ServiceAnswer;
import detour.dns.wire.Name;
import detour.dns.zone.ZoneBuilder;
import detour.dns.zone.ZoneException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A small zone to be served, and queries for it.
final class TestQueries {
  static final int TYPE_A = 1;
  static final int TYPE_TXT = 16;

  private TestQueries() {}

  /// `www.example.test A 192.0.2.1`, and `big.example.test TXT` of about 20,000 octets.
  static AnswerTable table() {
    Name origin = Name.parse("example.test.");
    Name server = Name.parse("ns.example.test.");
    byte[] serial = ByteBuffer.allocate(20).putInt(1).putInt(2).putInt(3).putInt(4).array();
    try {
      ZoneBuilder zone =
          new ZoneBuilder(origin)
              .add(origin, 6, 300, concatenate(server.toWire(), server.toWire(), serial))
              .add(origin, 2, 300, server.toWire())
              .add(Name.parse("www.example.test."), TYPE_A, 300, new byte[] {(byte) 192, 0, 2, 1});
      for (int i = 0; i < 80; i++) {
        String text = "%03d".formatted(i) + "x".repeat(247);
        byte[] rdata =
            concatenate(new byte[] {(byte) 250}, text.getBytes(StandardCharsets.US_ASCII));
        zone.add(Name.parse("big.example.test."), TYPE_TXT, 300, rdata);
      }
      return AnswerTable.of(List.of(zone.build()), new ServiceAnswer[0]);
    } catch (ZoneException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] www(int id) {
    return query(id, "www.example.test.", TYPE_A);
  }

  static byte[] big(int id) {
    return query(id, "big.example.test.", TYPE_TXT);
  }

  static byte[] query(int id, String name, int type) {
    byte[] wire = Name.parse(name).toWire();
    return ByteBuffer.allocate(12 + wire.length + 4)
        .putShort((short) id)
        .putShort((short) 0x0100)
        .putShort((short) 1)
        .putShort((short) 0)
        .putInt(0)
        .put(wire)
        .putShort((short) type)
        .putShort((short) 1)
        .array();
  }

  /// A query with an OPT record that has one option.
  static byte[] withOption(byte[] query, int code, byte... data) {
    byte[] message =
        ByteBuffer.allocate(query.length + 11 + 4 + data.length)
            .put(query)
            .put((byte) 0)
            .putShort((short) 41)
            .putShort((short) 1232)
            .putInt(0)
            .putShort((short) (4 + data.length))
            .putShort((short) code)
            .putShort((short) data.length)
            .put(data)
            .array();
    message[11] = 1; // ARCOUNT
    return message;
  }

  /// A query with an empty edns-tcp-keepalive option (RFC 7828 section 3.1).
  static byte[] askingIdleTime(byte[] query) {
    return withOption(query, 11);
  }

  /// For how many tenths of a second the connection may be idle, where the response ends with that.
  static int toldIdleTime(ByteBuffer response) {
    int option = response.limit() - 6;
    if (response.getInt(option) != (11 << 16 | 2)) {
      throw new AssertionError("no edns-tcp-keepalive option at the end");
    }
    return Short.toUnsignedInt(response.getShort(response.limit() - 2));
  }

  static int id(ByteBuffer message) {
    return Short.toUnsignedInt(message.getShort(0));
  }

  /// Whether the message answers `www.example.test A` with its one address.
  static boolean answersWww(ByteBuffer message) {
    int length = message.limit();
    return length > 16
        && (message.get(2) & 0x84) == 0x84 // QR, AA
        && (message.get(3) & 0xf) == 0
        && message.getShort(6) == 1
        && indexOf(message, new byte[] {(byte) 192, 0, 2, 1}) > 0;
  }

  /// Queries with their lengths before them, as TCP carries them.
  static byte[] framed(byte[]... queries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] query : queries) {
      out.write(query.length >> 8);
      out.write(query.length);
      out.writeBytes(query);
    }
    return out.toByteArray();
  }

  private static int indexOf(ByteBuffer message, byte[] wanted) {
    for (int i = 12; i + wanted.length <= message.limit(); i++) {
      if (message.slice(i, wanted.length).equals(ByteBuffer.wrap(wanted))) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] concatenate(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
