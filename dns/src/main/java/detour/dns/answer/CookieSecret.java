package detour.dns.answer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/// A secret of which server cookies are made: 16 octets (RFC 9018 section 4.4). Does not show them.
///
/// @param first the first eight octets, the first in the lowest bits
/// @param second the others
public record CookieSecret(long first, long second) {
  /// How many octets a secret has.
  public static final int OCTETS = 16;

  /// @throws IllegalArgumentException when they are not 16 octets
  public static CookieSecret of(byte[] octets) {
    if (octets.length != OCTETS) {
      throw new IllegalArgumentException("a cookie secret has 16 octets, not " + octets.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
    return new CookieSecret(buffer.getLong(), buffer.getLong());
  }

  /// Reads 32 hexadecimal digits.
  ///
  /// @throws IllegalArgumentException when they are anything else; the text is not repeated
  public static CookieSecret parse(String hexadecimal) {
    if (!hexadecimal.matches("[0-9A-Fa-f]{32}")) {
      throw new IllegalArgumentException("a cookie secret has 32 hexadecimal digits");
    }
    return of(HexFormat.of().parseHex(hexadecimal));
  }

  @Override
  public String toString() {
    return "CookieSecret[...]";
  }
}
