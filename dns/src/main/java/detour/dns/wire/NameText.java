package detour.dns.wire;

import java.util.Arrays;

/// The presentation form of names: RFC 1035 section 5.1, RFC 4343 section 2.1.
final class NameText {
  /// What means something in a zone file and is therefore written with a backslash.
  private static final String SPECIAL = ".\\\"();@$";

  private NameText() {}

  /// @throws IllegalArgumentException with the reason
  static byte[] read(String text) {
    if (text.isEmpty()) {
      throw bad(text, "it is empty; the root is written as \".\"");
    }
    if (text.equals(".")) {
      return new byte[1];
    }
    byte[] wire = new byte[Name.MAXIMUM_OCTETS + 1];
    int labelAt = 0;
    int at = 1;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '.') {
        closeLabel(text, wire, labelAt, at);
        labelAt = at++;
        i++;
      } else {
        int octet = c == '\\' ? escaped(text, i) : plain(text, c);
        i += c == '\\' ? escapeLength(text, i) : 1;
        if (at >= Name.MAXIMUM_OCTETS) {
          throw bad(text, "it has more than 255 octets");
        }
        wire[at++] = (byte) octet;
      }
      if (at > Name.MAXIMUM_OCTETS) {
        throw bad(text, "it has more than 255 octets");
      }
    }
    boolean finalDot = labelAt == at - 1;
    if (!finalDot) {
      closeLabel(text, wire, labelAt, at);
      at++;
    }
    if (at > Name.MAXIMUM_OCTETS) {
      throw bad(text, "it has more than 255 octets");
    }
    return Arrays.copyOf(wire, at);
  }

  static String write(byte[] wire) {
    if (wire.length == 1) {
      return ".";
    }
    StringBuilder text = new StringBuilder(wire.length + 8);
    for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
      for (int i = at + 1; i <= at + wire[at]; i++) {
        writeOctet(text, wire[i] & 0xFF);
      }
      text.append('.');
    }
    return text.toString();
  }

  private static void writeOctet(StringBuilder text, int octet) {
    if (octet <= ' ' || octet >= 0x7F) {
      text.append('\\')
          .append((char) ('0' + octet / 100))
          .append((char) ('0' + octet / 10 % 10))
          .append((char) ('0' + octet % 10));
      return;
    }
    if (SPECIAL.indexOf(octet) >= 0) {
      text.append('\\');
    }
    text.append((char) octet);
  }

  private static void closeLabel(String text, byte[] wire, int labelAt, int at) {
    int octets = at - labelAt - 1;
    if (octets == 0) {
      throw bad(text, "a label is empty");
    }
    if (octets > Name.MAXIMUM_LABEL_OCTETS) {
      throw bad(text, "a label has " + octets + " octets; at most 63 may stand between dots");
    }
    wire[labelAt] = (byte) octets;
  }

  private static int plain(String text, char c) {
    if (c <= ' ' || c >= 0x7F) {
      throw bad(
          text,
          "a character is not printable ASCII; write it as \\DDD, or the name in its xn-- form");
    }
    return c;
  }

  private static int escaped(String text, int backslash) {
    if (backslash + 1 == text.length()) {
      throw bad(text, "it ends within an escape");
    }
    if (!isDigit(text.charAt(backslash + 1))) {
      return plain(text, text.charAt(backslash + 1));
    }
    if (backslash + 3 >= text.length()
        || !isDigit(text.charAt(backslash + 2))
        || !isDigit(text.charAt(backslash + 3))) {
      throw bad(text, "a backslash and a digit need two more digits");
    }
    int octet = Integer.parseInt(text.substring(backslash + 1, backslash + 4));
    if (octet > 255) {
      throw bad(text, "the escape \\" + octet + " is above 255");
    }
    return octet;
  }

  private static int escapeLength(String text, int backslash) {
    return isDigit(text.charAt(backslash + 1)) ? 4 : 2;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static IllegalArgumentException bad(String text, String reason) {
    return new IllegalArgumentException("\"" + text + "\" is no domain name: " + reason);
  }
}
