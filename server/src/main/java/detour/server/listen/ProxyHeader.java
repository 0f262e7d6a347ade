package detour.server.listen;

import detour.dns.answer.ClientAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads the header by which a proxy tells whose query it passes on: version 2 of the PROXY
/// protocol, as HAProxy's document `proxy-protocol.txt` defines it, section 2.2. Reusable; belongs
/// to one thread. Nothing is allocated or thrown, whatever the octets are.
final class ProxyHeader {
  /// What the octets begin with.
  enum Outcome {
    /// A header whose client is known.
    CLIENT,
    /// A header without a client: the proxy speaks for itself, or for one that has no IP address.
    NO_CLIENT,
    /// The beginning of a header.
    INCOMPLETE,
    /// No header.
    ABSENT,
    /// A header that breaks the rules, or is too long.
    MALFORMED
  }

  /// The longest header that is taken. Addresses need 52 octets; what may follow tells of the
  /// client's TLS and the like, and is skipped.
  static final int LONGEST = 2_048;

  /// Signature, version, command, family, and the length of what follows.
  static final int LEAST = 16;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final byte[] SIGNATURE = {
    '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
  };
  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int IPV4_OCTETS = 12;
  private static final int IPV6_OCTETS = 36;
  private static final int UNIX_OCTETS = 216;
  private static final int TLV_HEAD = 3;

  private int octets;
  private long high;
  private long low;

  /// Reads what lies at `offset`.
  ///
  /// @param length octets that are there
  Outcome read(MemorySegment memory, long offset, int length) {
    for (int i = 0; i < Math.min(length, SIGNATURE.length); i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, offset + i) != SIGNATURE[i]) {
        return Outcome.ABSENT;
      }
    }
    if (length < LEAST) {
      return Outcome.INCOMPLETE;
    }
    int following = Short.toUnsignedInt(memory.get(SHORT, offset + LEAST - 2));
    octets = LEAST + following;
    if (octets > LONGEST) {
      return Outcome.MALFORMED;
    }
    if (length < octets) {
      return Outcome.INCOMPLETE;
    }
    int command = Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, offset + 12));
    int family = Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, offset + 13));
    return switch (command) {
      // What a proxy says on its own behalf is whatever it likes, and skipped.
      case LOCAL -> Outcome.NO_CLIENT;
      case PROXY -> client(memory, offset + LEAST, following, family);
      default -> Outcome.MALFORMED;
    };
  }

  /// Octets of the header that was read whole.
  int octets() {
    return octets;
  }

  /// Tells the client that was read.
  void tell(ClientAddress client) {
    client.set(high, low);
  }

  private Outcome client(MemorySegment memory, long offset, int length, int family) {
    int addresses = addressOctets(family);
    if (addresses < 0
        || length < addresses
        || !areWhole(memory, offset + addresses, length - addresses)) {
      return Outcome.MALFORMED;
    }
    switch (addresses) {
      case IPV4_OCTETS -> {
        high = 0;
        low = ClientAddress.mapped(memory.get(INT, offset));
      }
      case IPV6_OCTETS -> {
        high = memory.get(LONG, offset);
        low = memory.get(LONG, offset + Long.BYTES);
      }
      default -> {
        return Outcome.NO_CLIENT;
      }
    }
    return Outcome.CLIENT;
  }

  /// @return -1 for what the protocol does not define
  private static int addressOctets(int family) {
    return switch (family) {
      case 0x00 -> 0; // a protocol that the proxy has no word for
      case 0x11, 0x12 -> IPV4_OCTETS;
      case 0x21, 0x22 -> IPV6_OCTETS;
      case 0x31, 0x32 -> UNIX_OCTETS;
      default -> -1;
    };
  }

  /// Whether the type-length-value entries end where the header does.
  private static boolean areWhole(MemorySegment memory, long offset, int length) {
    int at = 0;
    while (at + TLV_HEAD <= length) {
      at += TLV_HEAD + Short.toUnsignedInt(memory.get(SHORT, offset + at + 1));
    }
    return at == length;
  }
}
