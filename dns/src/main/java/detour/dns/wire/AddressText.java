package detour.dns.wire;

import java.util.Arrays;

/// Addresses and lists of prefixes in presentation form.
public final class AddressText {
  /// RFC 4291 section 2.5.5.2.
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private AddressText() {}

  /// @param octets 4 or 16
  public static String of(byte[] octets) {
    return octets.length == 4 ? ipv4(octets) : ipv6(octets);
  }

  static String ipv4(byte[] octets) {
    return (octets[0] & 0xFF)
        + "."
        + (octets[1] & 0xFF)
        + "."
        + (octets[2] & 0xFF)
        + "."
        + (octets[3] & 0xFF);
  }

  /// RFC 5952 section 4: the first longest run of at least two zero groups is left out; section 5:
  /// IPv4 in IPv6 is written as such.
  static String ipv6(byte[] octets) {
    if (Arrays.equals(octets, 0, MAPPED.length, MAPPED, 0, MAPPED.length)) {
      return "::ffff:" + ipv4(Arrays.copyOfRange(octets, MAPPED.length, octets.length));
    }
    int longest = 1;
    int from = -1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && group(octets, end) == 0) {
        end++;
      }
      if (end - i > longest) {
        longest = end - i;
        from = i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == from) {
        text.append("::");
        i += longest - 1;
        continue;
      }
      text.append(i == 0 || (from >= 0 && i == from + longest) ? "" : ":");
      text.append(Integer.toHexString(group(octets, i)));
    }
    return text.toString();
  }

  private static int group(byte[] octets, int index) {
    return Layouts.unsignedShort(octets, 2 * index);
  }

  /// RFC 3123 section 4: family, prefix, negation and length of the address, whose trailing zero
  /// octets are left out.
  static String prefixes(byte[] data) throws MalformedData {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < data.length; ) {
      if (data.length - at < 4) {
        throw new MalformedData();
      }
      int family = Layouts.unsignedShort(data, at);
      int prefix = data[at + 2] & 0xFF;
      int length = data[at + 3] & 0x7F;
      int whole = family == 1 ? 4 : family == 2 ? 16 : -1;
      boolean good =
          length <= whole
              && prefix <= whole * 8
              && at + 4 + length <= data.length
              && (length == 0 || data[at + 3 + length] != 0);
      if (!good) {
        throw new MalformedData();
      }
      byte[] address = Arrays.copyOf(Arrays.copyOfRange(data, at + 4, at + 4 + length), whole);
      text.append(text.isEmpty() ? "" : " ").append(data[at + 3] < 0 ? "!" : "").append(family);
      text.append(':').append(family == 1 ? ipv4(address) : ipv6(address));
      text.append('/').append(prefix);
      at += 4 + length;
    }
    return text.toString();
  }
}
