package detour.server.dnstap;

import detour.dns.answer.Transport;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// One query and its response, as they were on the wire.
///
/// @param clientHigh the client's address, as [detour.dns.answer.ClientAddress] has it
/// @param clientPort 0 where it is not known
/// @param local where the query came in; null where that is not known
/// @param response empty when none was sent
@SuppressWarnings("ArrayRecordComponent") // It is never compared, and belongs to one thread.
record TappedExchange(
    Transport transport,
    long clientHigh,
    long clientLow,
    int clientPort,
    @Nullable InetSocketAddress local,
    long millis,
    byte[] query,
    byte[] response) {

  boolean isIpv4() {
    return clientHigh == 0 && (clientLow >>> 32) == 0xFFFF;
  }

  /// The client's address in 4 or 16 octets.
  byte[] client() {
    byte[] octets = new byte[isIpv4() ? 4 : 16];
    for (int i = 0; i < octets.length; i++) {
      int fromEnd = octets.length - 1 - i;
      long half = fromEnd < 8 ? clientLow : clientHigh;
      octets[i] = (byte) (half >>> (8 * (fromEnd & 7)));
    }
    return octets;
  }
}
