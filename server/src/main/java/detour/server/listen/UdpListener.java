package detour.server.listen;

import detour.dns.answer.Responder;
import java.net.InetSocketAddress;
import java.util.List;

/// The UDP side of one address, bound. What it does is the same for every implementation: each
/// datagram is answered or dropped, and nothing that is received, or that fails, ends it.
sealed interface UdpListener extends AutoCloseable permits NativeUdpListener, PortableUdpListener {
  /// The bound address, port included.
  InetSocketAddress address();

  /// One for each thread.
  List<Responder> responders();

  void start();

  /// Tells the threads to answer what is queued and to end; returns at once.
  void stop();

  /// Stops, waits for the threads and closes the sockets.
  @Override
  void close();

  /// For a log line: the engine and how many threads it has.
  String description();
}
