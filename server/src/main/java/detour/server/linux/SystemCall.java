package detour.server.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/// The system calls that this package makes, by their numbers on this machine.
///
/// All go through the C library's `syscall`: each function of another shape that is linked costs a
/// start some ten milliseconds, one costs them once. Arguments are integers or raw addresses, so
/// that a call allocates nothing.
///
/// The call is not linked as `critical`: receiving and sending block, and a thread that blocks in a
/// critical call holds up every safepoint.
enum SystemCall {
  READ(0, 63),
  WRITE(1, 64),
  CLOSE(3, 57),
  SOCKET(41, 198),
  SENDMSG(46, 211),
  RECVMSG(47, 212),
  SHUTDOWN(48, 210),
  BIND(49, 200),
  GETSOCKNAME(51, 204),
  SETSOCKOPT(54, 208),
  PPOLL(271, 73),
  EVENTFD2(290, 19),
  RECVMMSG(299, 243),
  SENDMMSG(307, 269);

  /// What errno is stored in; it lies at offset 0.
  static final MemoryLayout ERRNO = Linker.Option.captureStateLayout();

  private static final boolean AARCH64 = System.getProperty("os.arch", "").equals("aarch64");
  private static final MethodHandle SYSCALL = link();

  private final int numberOnX86;
  private final int numberOnAarch64;

  SystemCall(int numberOnX86, int numberOnAarch64) {
    this.numberOnX86 = numberOnX86;
    this.numberOnAarch64 = numberOnAarch64;
  }

  /// What this machine calls it by, for [#invoke].
  long number() {
    return AARCH64 ? numberOnAarch64 : numberOnX86;
  }

  /// Calls by number, for those who call often.
  ///
  /// @param errno of layout [#ERRNO]; says why after a negative result
  /// @return what the call gave, or -1
  static long invoke(MemorySegment errno, long number, long a, long b, long c, long d, long e) {
    try {
      return (long) SYSCALL.invokeExact(errno, number, a, b, c, d, e);
    } catch (Throwable wrong) {
      throw new AssertionError("A system call is linked with a wrong type", wrong);
    }
  }

  /// Calls with up to five arguments; those that the call does not take are ignored.
  ///
  /// @return what the call gave, never negative
  /// @throws SystemCallException when it failed
  int call(long... arguments) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      long result =
          invoke(
              errno,
              number(),
              argument(arguments, 0),
              argument(arguments, 1),
              argument(arguments, 2),
              argument(arguments, 3),
              argument(arguments, 4));
      if (result < 0) {
        throw new SystemCallException(name().toLowerCase(Locale.ROOT), errno.get(JAVA_INT, 0));
      }
      return (int) result;
    }
  }

  private static long argument(long[] arguments, int index) {
    return index < arguments.length ? arguments[index] : 0;
  }

  @SuppressWarnings("restricted") // linking a native function is the point here
  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
        Linker.Option.firstVariadicArg(1),
        Linker.Option.captureCallState("errno"));
  }
}
