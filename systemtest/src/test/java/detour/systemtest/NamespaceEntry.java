package detour.systemtest;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// Lets threads of the tests work in a network namespace: the sockets that such a thread opens are
/// there, and stay there whoever uses them later.
final class NamespaceEntry {
  private static final int READ_ONLY = 0;

  /// `CLONE_NEWNET` of setns(2).
  private static final int NETWORK = 0x4000_0000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle SETNS =
      handle(
          "setns",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private NamespaceEntry() {}

  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(), descriptor, options);
  }

  /// Starts a thread in the namespace of that name.
  static Thread start(String namespace, String threadName, Runnable task) {
    // A platform thread, which no other task gets when this one has ended: there is no way back.
    return Thread.ofPlatform()
        .name(threadName)
        .daemon()
        .start(() -> {
          enter(namespace);
          task.run();
        });
  }

  /// Does something in the namespace of that name, and waits for it.
  static <T> T call(String namespace, Supplier<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread _ =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                enter(namespace);
                result.complete(task.get());
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            });
    try {
      return result.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void enter(String namespace) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom("/run/netns/" + namespace);
      int file = (int) OPEN.invokeExact(path, READ_ONLY);
      int entered = file < 0 ? -1 : (int) SETNS.invokeExact(file, NETWORK);
      int _ = file < 0 ? -1 : (int) CLOSE.invokeExact(file);
      if (entered != 0) {
        throw new IllegalStateException("cannot enter the namespace " + namespace);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
