package detour.dns.wire;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// How numbers are read from and written to memory segments and byte arrays: at any address,
/// network order unless the name says otherwise.
public final class Layouts {
  public static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  public static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  public static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /// Eight octets of a name, the first in the lowest bits.
  public static final ValueLayout.OfLong OCTETS =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public static final VarHandle ARRAY_SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN)
          .withInvokeExactBehavior();
  public static final VarHandle ARRAY_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN)
          .withInvokeExactBehavior();

  /// Eight octets of a name, the first in the lowest bits.
  public static final VarHandle ARRAY_OCTETS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
          .withInvokeExactBehavior();

  private Layouts() {}

  public static int unsignedShort(byte[] bytes, int at) {
    return (short) ARRAY_SHORT.get(bytes, at) & 0xFFFF;
  }

  public static int signedInt(byte[] bytes, int at) {
    return (int) ARRAY_INT.get(bytes, at);
  }

  public static void putShort(byte[] bytes, int at, int value) {
    ARRAY_SHORT.set(bytes, at, (short) value);
  }

  public static void putInt(byte[] bytes, int at, int value) {
    ARRAY_INT.set(bytes, at, value);
  }
}
