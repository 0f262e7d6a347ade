package detour.server.query;

import java.util.ArrayList;
import java.util.List;

/// Addresses as text.
final class Addresses {
  private static final int GROUPS = 8;

  private Addresses() {}

  /// The recommended form: RFC 5952 section 4 for IPv6, section 5 for IPv4 within it.
  ///
  /// @param octets 4 or 16
  static String text(byte[] octets) {
    if (octets.length == 4) {
      return dotted(octets, 0);
    }
    List<String> groups = new ArrayList<>();
    for (int i = 0; i < octets.length; i += 2) {
      groups.add(
          Integer.toHexString(
              (Byte.toUnsignedInt(octets[i]) << 8) | Byte.toUnsignedInt(octets[i + 1])));
    }
    if (String.join(":", groups).startsWith("0:0:0:0:0:ffff:")) {
      return "::ffff:" + dotted(octets, 12);
    }
    int longest = 1;
    int from = -1;
    for (int start = 0; start < GROUPS; start++) {
      int end = start;
      while (end < GROUPS && groups.get(end).equals("0")) {
        end++;
      }
      if (end - start > longest) {
        longest = end - start;
        from = start;
      }
    }
    return from < 0
        ? String.join(":", groups)
        : String.join(":", groups.subList(0, from))
            + "::"
            + String.join(":", groups.subList(from + longest, GROUPS));
  }

  private static String dotted(byte[] octets, int from) {
    return Byte.toUnsignedInt(octets[from])
        + "."
        + Byte.toUnsignedInt(octets[from + 1])
        + "."
        + Byte.toUnsignedInt(octets[from + 2])
        + "."
        + Byte.toUnsignedInt(octets[from + 3]);
  }
}
