package detour.server.linux;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/// Signals of the operating system: lets the program act on them instead of dying.
///
/// The JDK has had this for decades in `sun.misc`, outside its documented part, and has no other;
/// so it is reached by name, and where it is missing signals keep their usual meaning.
public final class Signals {
  private Signals() {}

  /// Runs the action, on a thread of the JVM's own, each time the signal comes.
  ///
  /// @param name without `SIG`, as `TERM`
  /// @return false where the signal cannot be handled
  public static boolean on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> answer(self, method, arguments, action));
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  @SuppressWarnings("ReferenceEquality") // The identity of the proxy is what equals must say.
  private static @Nullable Object answer(
      Object self, Method method, Object[] arguments, Runnable action) {
    return switch (method.getName()) {
      case "equals" -> self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> "signal handler";
      default -> {
        action.run();
        yield null;
      }
    };
  }
}
