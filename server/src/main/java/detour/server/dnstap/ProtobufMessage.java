package detour.server.dnstap;

import java.io.ByteArrayOutputStream;

/// A message in the encoding of Protocol Buffers, field by field.
final class ProtobufMessage {
  private static final int VARINT = 0;
  private static final int DELIMITED = 2;
  private static final int FIXED_32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

  ProtobufMessage number(int field, long value) {
    varint((long) field << 3 | VARINT);
    varint(value);
    return this;
  }

  ProtobufMessage fixed32(int field, int value) {
    varint((long) field << 3 | FIXED_32);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      out.write(value >>> shift);
    }
    return this;
  }

  ProtobufMessage octets(int field, byte[] octets) {
    varint((long) field << 3 | DELIMITED);
    varint(octets.length);
    out.writeBytes(octets);
    return this;
  }

  byte[] toOctets() {
    return out.toByteArray();
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
