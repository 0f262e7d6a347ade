package detour.systemtest;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// Messages as they go over a stream, each with its length before it (RFC 1035 section 4.2.2).
public final class Frames {
  private Frames() {}

  public static byte[] of(byte[] message) {
    return ByteBuffer.allocate(Short.BYTES + message.length)
        .putShort((short) message.length)
        .put(message)
        .array();
  }

  /// The next message.
  ///
  /// @throws java.io.EOFException when the stream ends before it does
  public static byte[] read(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    byte[] message = new byte[in.readUnsignedShort()];
    in.readFully(message);
    return message;
  }
}
