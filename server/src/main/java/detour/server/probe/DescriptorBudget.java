package detour.server.probe;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

/// How many sockets probing may have open at one time. Half of what the process may open at most; a
/// quarter for idle connections; the rest is for clients, the API and the database.
///
/// @param probes how many probes may be under way
/// @param tripwires how many idle connections may be held
public record DescriptorBudget(int probes, int tripwires) {
  static final int PROBES_MAX = 16 * 1024;
  static final int TRIPWIRES_MAX = 32 * 1024;
  private static final int PROBES_MIN = 16;

  /// Where the system does not tell: what is common.
  private static final long UNKNOWN_LIMIT = 1024;

  /// For this process, by its limit of open files.
  public static DescriptorBudget ofThisProcess() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return of(
        system instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : UNKNOWN_LIMIT);
  }

  /// @param openFilesMax the process's limit of open files
  static DescriptorBudget of(long openFilesMax) {
    return new DescriptorBudget(
        Math.clamp(openFilesMax / 2, PROBES_MIN, PROBES_MAX),
        Math.clamp(openFilesMax / 4, 0, TRIPWIRES_MAX));
  }
}
