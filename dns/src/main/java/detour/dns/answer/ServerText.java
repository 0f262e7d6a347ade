package detour.dns.answer;

import detour.dns.wire.Layouts;
import detour.dns.wire.Name;
import detour.dns.wire.NameKey;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// A text that the server says of itself to those that ask for two names in class CHAOS (RFC 4892
/// section 3), ready to be copied.
final class ServerText {
  private static final int CHAOS_TTL_SECONDS = 0;
  private static final int LONGEST_STRING = 255;

  private final byte[] first;
  private final byte[] second;
  private final byte[] packed;

  ServerText(String firstName, String secondName, String text) {
    first = padded(firstName);
    second = padded(secondName);
    packed = text.isEmpty() ? new byte[0] : record(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Whether the name is asked about, and there is something to say.
  boolean isAbout(NameKey name) {
    return packed.length > 0
        && (name.matches(0, first, 0, first.length - 8)
            || name.matches(0, second, 0, second.length - 8));
  }

  /// The TXT record. Not to be changed.
  byte[] packed() {
    return packed;
  }

  /// Names are compared eight octets at a time.
  private static byte[] padded(String name) {
    Name parsed = Name.parse(name);
    byte[] wire = new byte[parsed.octets() + 8];
    parsed.copyTo(wire, 0);
    return wire;
  }

  private static byte[] record(byte[] text) {
    ByteArrayOutputStream strings = new ByteArrayOutputStream();
    for (int at = 0; at < text.length; at += LONGEST_STRING) {
      int length = Math.min(LONGEST_STRING, text.length - at);
      strings.write(length);
      strings.write(text, at, length);
    }
    byte[] record = new byte[PackedRecords.RDATA + strings.size()];
    PackedRecords.put(record, 0, RecordType.TXT, CHAOS_TTL_SECONDS, strings.toByteArray());
    Layouts.putShort(record, PackedRecords.CLASS, PackedRecords.CHAOS);
    return record;
  }
}
