package detour.server.listen;

import java.util.Locale;

/// How UDP datagrams are moved.
public enum UdpEngine {
  /// [#NATIVE] where it works, else [#PORTABLE], and a log line that says so.
  AUTO,
  /// Batches of datagrams by Linux system calls: a socket and a thread per core for each address.
  NATIVE,
  /// The JDK's datagram channel: one socket and one thread for each address. Bound to a wildcard,
  /// it answers from the address that the system's routes prefer, which need not be the one asked.
  PORTABLE;

  /// The system property that names the engine: `auto` (the default), `native` or `portable`.
  public static final String PROPERTY = "detour.udp";

  /// The engine that [#PROPERTY] names.
  ///
  /// @throws IllegalArgumentException when it names none
  public static UdpEngine ofProperty() {
    String text = System.getProperty(PROPERTY, "auto");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "auto" -> AUTO;
      case "native" -> NATIVE;
      case "portable" -> PORTABLE;
      default ->
          throw new IllegalArgumentException(
              "-D%s=%s: expected auto, native or portable".formatted(PROPERTY, text));
    };
  }
}
