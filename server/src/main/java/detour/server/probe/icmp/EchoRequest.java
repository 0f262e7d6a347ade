package detour.server.probe.icmp;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// An echo request to be sent, and who waits for its end.
///
/// @param source null for the system's choice
/// @param payloadBytes at least [EchoPacket#PAYLOAD_BYTES_MIN]
/// @param keepNanos how long a reply is waited for
record EchoRequest(
    InetAddress to,
    @Nullable InetAddress source,
    int payloadBytes,
    long keepNanos,
    Waiting waiting) {

  /// Told at most one of these, by the thread of the [EchoExchange].
  interface Waiting {
    /// @param latencyNanos from sending to receiving
    void replied(long latencyNanos);

    /// The network refused it.
    void failed(String reason);

    /// This machine could not send it.
    void notSent(String reason);
  }
}
