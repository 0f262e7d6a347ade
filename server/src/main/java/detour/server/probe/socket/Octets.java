package detour.server.probe.socket;

import detour.server.probe.text.Fingerprint;
import detour.server.probe.text.OneLine;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Octets to send or to expect.
///
/// @param latin1 one character for each octet, so that equal octets are equal
record Octets(String latin1) {
  static final int COUNT_MAX = 4096;
  private static final int SHOWN_MAX = 60;

  /// The UTF-8 of a text with escapes for what is hard to type.
  ///
  /// @throws IllegalArgumentException for an escape that there is not
  static Octets ofEscaped(String text) {
    String octets = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    StringBuilder plain = new StringBuilder(octets.length());
    int at = 0;
    while (at < octets.length()) {
      char c = octets.charAt(at);
      char kind = at + 1 < octets.length() ? octets.charAt(at + 1) : ' ';
      if (c != '\\') {
        plain.append(c);
        at += 1;
      } else if (kind == 'x') {
        plain.append(hexEscape(octets, at + 1));
        at += 4;
      } else {
        plain.append(simpleEscape(kind));
        at += 2;
      }
    }
    return bounded(plain.toString());
  }

  private static char simpleEscape(char kind) {
    return switch (kind) {
      case 'r' -> '\r';
      case 'n' -> '\n';
      case 't' -> '\t';
      case '0' -> '\0';
      case '\\' -> '\\';
      default ->
          throw new IllegalArgumentException(
              "'\\" + kind + "' is no escape: there are \\r, \\n, \\t, \\0, \\xHH and \\\\");
    };
  }

  private static char hexEscape(String text, int at) {
    if (at + 2 >= text.length()
        || !HexFormat.isHexDigit(text.charAt(at + 1))
        || !HexFormat.isHexDigit(text.charAt(at + 2))) {
      throw new IllegalArgumentException("\\x needs two hexadecimal digits");
    }
    return (char) HexFormat.fromHexDigits(text, at + 1, at + 3);
  }

  /// @param text hexadecimal digits, with spaces or without
  /// @throws IllegalArgumentException when it is not that
  static Octets ofHex(String text) {
    byte[] octets = HexFormat.of().parseHex(text.replace(" ", ""));
    return bounded(new String(octets, StandardCharsets.ISO_8859_1));
  }

  private static Octets bounded(String latin1) {
    if (latin1.isEmpty() || latin1.length() > COUNT_MAX) {
      throw new IllegalArgumentException("from 1 to " + COUNT_MAX + " bytes");
    }
    return new Octets(latin1);
  }

  byte[] bytes() {
    return latin1.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// For a failure's detail, in quotes.
  String shown() {
    return quoted(latin1);
  }

  /// Octets from the network for a detail, in quotes.
  static String quoted(String latin1) {
    String text = new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    return "'" + OneLine.of(text, SHOWN_MAX) + "'";
  }

  /// It is logged and stored, and what is sent may be a password.
  @Override
  public String toString() {
    return Fingerprint.of(latin1);
  }
}
