package detour.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A wall clock that is wrong, for one process: a library that the loader puts before the system's
/// own. The monotonic clock is left as it is. It keeps no state and takes no lock, as libfaketime
/// does, under which a Java process may come to a standstill.
final class ShiftedClock {
  private static final String SOURCE =
      """
      #include <stdlib.h>
      #include <sys/syscall.h>
      #include <sys/time.h>
      #include <time.h>
      #include <unistd.h>

      static long shift;

      __attribute__((constructor)) static void read_shift(void) {
        const char *seconds = getenv("CLOCK_SHIFT_SECONDS");
        shift = seconds ? atol(seconds) : 0;
      }

      int clock_gettime(clockid_t clock, struct timespec *to) {
        int outcome = syscall(SYS_clock_gettime, clock, to);
        if (outcome == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
          to->tv_sec += shift;
        }
        return outcome;
      }

      int gettimeofday(struct timeval *to, void *zone) {
        struct timespec now;
        (void) zone;
        clock_gettime(CLOCK_REALTIME, &now);
        to->tv_sec = now.tv_sec;
        to->tv_usec = now.tv_nsec / 1000;
        return 0;
      }

      time_t time(time_t *to) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        if (to) {
          *to = now.tv_sec;
        }
        return now.tv_sec;
      }
      """;

  private final Path library;

  private ShiftedClock(Path library) {
    this.library = library;
  }

  /// Compiles the library into a directory.
  static ShiftedClock in(Path directory) {
    Path source = directory.resolve("clock.c");
    Path library = directory.resolve("clock.so");
    try {
      Files.writeString(source, SOURCE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.run(
            List.of(
                Peers.require("gcc"),
                "-shared",
                "-fPIC",
                "-O1",
                "-o",
                library.toString(),
                source.toString()))
        .requireSuccess();
    return new ShiftedClock(library);
  }

  /// Variables by which a process that is started has a clock that is wrong.
  ///
  /// @param seconds by which it is ahead; below 0 it is behind
  Map<String, String> ahead(long seconds) {
    return Map.of("LD_PRELOAD", library.toString(), "CLOCK_SHIFT_SECONDS", Long.toString(seconds));
  }
}
