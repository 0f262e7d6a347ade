package detour.systemtest;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/// Messages as no honest client sends them, kind by kind, in at most 1,500 octets.
enum Malformed {
  /// Random octets of every length.
  NOISE {
    @Override
    byte[] make(Random random) {
      return octets(random, random.nextInt(600));
    }
  },
  /// Labels, names and records that are longer than they say, or than there is, and wrong counts.
  LENGTH_LIES {
    @Override
    byte[] make(Random random) {
      ByteBuffer message = begin(random.nextInt(3), random.nextInt(3));
      for (int i = random.nextInt(8); i > 0; i--) {
        message.put((byte) random.nextInt(256)).put(octets(random, random.nextInt(80)));
      }
      return end(message);
    }
  },
  /// Names that point at themselves, in circles, forward, into the header and behind the end.
  COMPRESSION_LOOPS {
    @Override
    byte[] make(Random random) {
      int[] targets = {0, 2, 11, 12, 14, 16, 20, 40, 0x3FFF};
      ByteBuffer message = begin(1, random.nextInt(2));
      for (int i = random.nextInt(4); i > 0; i--) {
        message.put((byte) 1).put((byte) 'a');
      }
      for (int i = 1 + random.nextInt(20); i > 0; i--) {
        message.putShort((short) (0xC000 | targets[random.nextInt(targets.length)]));
      }
      return end(message.putInt(0x0001_0001));
    }
  },
  /// OPT records, up to three of them, whose options are not as their RFCs have them.
  OPTION_LIES {
    @Override
    byte[] make(Random random) {
      int[] codes = {3, 8, 10, 11, 12, 15, 19, random.nextInt(65_536)};
      int records = 1 + random.nextInt(3);
      ByteBuffer message = begin(1, records).put(QUESTION);
      for (int i = 0; i < records; i++) {
        message.put((byte) 0).putShort((short) 41).putShort((short) 1232).putInt(0);
        int lengthAt = message.position();
        message.putShort((short) 0);
        for (int j = random.nextInt(8); j > 0; j--) {
          int length = random.nextInt(42);
          message
              .putShort((short) codes[random.nextInt(codes.length)])
              .putShort((short) (random.nextInt(4) == 0 ? random.nextInt(65_536) : length))
              .put(octets(random, length));
        }
        int length = message.position() - lengthAt - Short.BYTES;
        message.putShort(
            lengthAt, (short) (random.nextInt(8) == 0 ? random.nextInt(65_536) : length));
      }
      return end(message);
    }
  },
  /// Good queries, cut anywhere, with some bits turned.
  DAMAGED {
    @Override
    byte[] make(Random random) {
      byte[] query = end(begin(1, 0).put(QUESTION));
      for (int i = random.nextInt(8); i > 0; i--) {
        query[random.nextInt(query.length)] ^= (byte) (1 << random.nextInt(8));
      }
      return Arrays.copyOf(query, random.nextInt(query.length + 1));
    }
  };

  private static final int MOST_OCTETS = 1_500;
  private static final int HEADER_OCTETS = 12;
  private static final byte[] QUESTION = question();

  abstract byte[] make(Random random);

  private static byte[] question() {
    byte[] query = DnsClient.query("host.example.com", 1).toWire();
    return Arrays.copyOfRange(query, HEADER_OCTETS, query.length);
  }

  private static ByteBuffer begin(int questions, int additionals) {
    return ByteBuffer.allocate(MOST_OCTETS)
        .putShort((short) 1)
        .putShort((short) 0x0100)
        .putShort((short) questions)
        .putInt(0)
        .putShort((short) additionals);
  }

  private static byte[] octets(Random random, int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return octets;
  }

  private static byte[] end(ByteBuffer message) {
    byte[] octets = new byte[message.position()];
    message.get(0, octets);
    return octets;
  }
}
