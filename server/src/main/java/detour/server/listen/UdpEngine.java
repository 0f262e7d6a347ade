package detour.server.listen;

/// How UDP datagrams are moved.
public enum UdpEngine {
  /// [#NATIVE] where it works, else [#PORTABLE], and a log line that says so.
  AUTO,
  /// Batches of datagrams by Linux system calls, one socket and one thread per core.
  NATIVE,
  /// The JDK's datagram channel: one socket and one thread for each address.
  PORTABLE
}
