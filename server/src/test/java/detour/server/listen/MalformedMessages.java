package detour.server.listen;

import static detour.server.listen.TestQueries.www;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/// Messages as no honest client sends them, kind by kind. Their ids are below 0x8000.
enum MalformedMessages {
  /// Names that point at themselves, in circles, forward, into the header and behind the end.
  COMPRESSION_LOOPS {
    @Override
    byte[] make(Random random) {
      int[] targets = {12, 14, 0, 2, 11, 16, 20, 40, 0x3FFF, random.nextInt(64)};
      ByteBuffer message = begin(1, random.nextInt(2));
      for (int i = random.nextInt(4); i > 0; i--) {
        message.put((byte) 1).put((byte) 'a');
      }
      for (int i = 1 + random.nextInt(20); i > 0; i--) {
        message.putShort((short) (0xC000 | targets[random.nextInt(targets.length)]));
      }
      return end(message.putShort((short) 1).putShort((short) 1));
    }
  },
  /// Labels, names, records and options that are longer than they say, or than there is.
  LENGTH_LIES {
    @Override
    byte[] make(Random random) {
      ByteBuffer message = begin(1, 1);
      switch (random.nextInt(4)) {
        case 0 -> message.put((byte) (64 + random.nextInt(128))).put(octets(random, 20));
        case 1 -> {
          for (int i = 0; i < 10; i++) {
            message.put((byte) 63).put(octets(random, 63));
          }
          message.put((byte) 0).putInt(0x0001_0001);
        }
        case 2 -> message.put((byte) (1 + random.nextInt(63))).put((byte) 'x');
        default -> {
          question(message);
          opt(message, random.nextInt(65_536), octets(random, random.nextInt(40)));
        }
      }
      return end(message);
    }
  },
  /// Good queries, cut anywhere.
  CUT_OFF {
    @Override
    byte[] make(Random random) {
      byte[] query = www(random.nextInt(0x8000));
      return Arrays.copyOf(query, random.nextInt(query.length));
    }
  },
  /// Counts of records that are not there, opcodes and flags of all kinds, responses too.
  WRONG_COUNTS {
    @Override
    byte[] make(Random random) {
      int[] counts = {0, 1, 2, 255, 65_535};
      ByteBuffer message = ByteBuffer.wrap(www(random.nextInt(0x8000)));
      message.putShort(2, (short) random.nextInt());
      for (int at = 4; at < 12; at += 2) {
        message.putShort(at, (short) counts[random.nextInt(counts.length)]);
      }
      return message.array();
    }
  },
  /// OPT records twice, of other versions, and with options that are not as their RFCs have them.
  OPTION_LIES {
    @Override
    byte[] make(Random random) {
      int[] codes = {3, 8, 10, 11, 12, 15, 19, random.nextInt(65_536)};
      int records = 1 + random.nextInt(3);
      ByteBuffer message = begin(1, records);
      question(message);
      for (int i = 0; i < records; i++) {
        ByteBuffer options = ByteBuffer.allocate(400);
        for (int j = random.nextInt(8); j > 0; j--) {
          int length = random.nextInt(42);
          int said = random.nextInt(4) == 0 ? random.nextInt(65_536) : length;
          options
              .putShort((short) codes[random.nextInt(codes.length)])
              .putShort((short) said)
              .put(octets(random, length));
        }
        byte[] data = end(options);
        opt(message, random.nextInt(8) == 0 ? random.nextInt(500) : data.length, data);
      }
      return end(message);
    }
  },
  /// Good queries with some bits turned.
  TURNED_BITS {
    @Override
    byte[] make(Random random) {
      byte[] query = www(random.nextInt(0x8000));
      for (int i = 1 + random.nextInt(16); i > 0; i--) {
        query[2 + random.nextInt(query.length - 2)] ^= (byte) (1 << random.nextInt(8));
      }
      return query;
    }
  },
  /// Random octets of every length, also of more than a server reads.
  NOISE {
    @Override
    byte[] make(Random random) {
      byte[] noise = octets(random, random.nextInt(random.nextInt(8) == 0 ? 5_000 : 300));
      if (noise.length > 0) {
        noise[0] &= 0x7F;
      }
      return noise;
    }
  };

  private static final int MOST_OCTETS = 2_000;

  abstract byte[] make(Random random);

  private static ByteBuffer begin(int questions, int additionals) {
    return ByteBuffer.allocate(MOST_OCTETS)
        .putShort((short) 1)
        .putShort((short) 0x0100)
        .putShort((short) questions)
        .putInt(0)
        .putShort((short) additionals);
  }

  private static void question(ByteBuffer message) {
    byte[] query = www(0);
    message.put(query, 12, query.length - 12);
  }

  private static void opt(ByteBuffer message, int dataLength, byte[] data) {
    message
        .put((byte) 0)
        .putShort((short) 41)
        .putShort((short) 1232)
        .putInt(message.position() % 5 == 0 ? 0x00FF_0000 : 0)
        .putShort((short) dataLength)
        .put(data);
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
