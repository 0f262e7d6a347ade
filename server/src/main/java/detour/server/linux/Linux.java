package detour.server.linux;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Whether the system calls of this package can be used here.
public final class Linux {
  private static final @Nullable String MISSING = findMissing();

  private Linux() {}

  public static boolean isAvailable() {
    return MISSING == null;
  }

  /// Why the system calls cannot be used, for a log line; null where they can.
  public static @Nullable String missing() {
    return MISSING;
  }

  private static @Nullable String findMissing() {
    String system = System.getProperty("os.name", "");
    String machine = System.getProperty("os.arch", "");
    if (!system.equals("Linux")) {
      return "the operating system is " + system + ", not Linux";
    }
    boolean laidOutAsExpected =
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
            && ValueLayout.ADDRESS.byteSize() == Long.BYTES;
    if (!laidOutAsExpected || !(machine.equals("amd64") || machine.equals("aarch64"))) {
      return "the machine is " + machine + ", neither x86_64 nor aarch64";
    }
    try {
      SystemCall.CLOSE.number();
      return null;
    } catch (ExceptionInInitializerError | NoClassDefFoundError | IllegalCallerException e) {
      // A C library without one of the calls, or --illegal-native-access=deny.
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return "the C library cannot be linked: " + cause;
    }
  }
}
