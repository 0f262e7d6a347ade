package detour.server.dnstap;

import detour.dns.answer.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// Exchanges as messages of dnstap: what `dnstap.proto` calls AUTH_QUERY and AUTH_RESPONSE. The
/// numbers of the fields are those of that file.
final class TapMessages {
  private static final int AUTH_QUERY = 1;
  private static final int AUTH_RESPONSE = 2;
  private static final int MESSAGE = 1;
  private static final int INET = 1;
  private static final int INET6 = 2;
  private static final int MILLIS_PER_SECOND = 1_000;
  private static final int NANOS_PER_MILLI = 1_000_000;

  private final byte[] identity;
  private final byte[] version;

  TapMessages(TapSettings settings) {
    identity = settings.identity().getBytes(StandardCharsets.UTF_8);
    version = settings.version().getBytes(StandardCharsets.UTF_8);
  }

  byte[] query(TappedExchange exchange) {
    return framed(
        about(AUTH_QUERY, exchange)
            .number(8, exchange.millis() / MILLIS_PER_SECOND)
            .fixed32(9, nanos(exchange))
            .octets(10, exchange.query()));
  }

  byte[] response(TappedExchange exchange) {
    return framed(
        about(AUTH_RESPONSE, exchange)
            .number(8, exchange.millis() / MILLIS_PER_SECOND)
            .fixed32(9, nanos(exchange))
            .number(12, exchange.millis() / MILLIS_PER_SECOND)
            .fixed32(13, nanos(exchange))
            .octets(14, exchange.response()));
  }

  private static ProtobufMessage about(int type, TappedExchange exchange) {
    ProtobufMessage message =
        new ProtobufMessage()
            .number(1, type)
            .number(2, exchange.isIpv4() ? INET : INET6)
            .number(3, protocol(exchange.transport()))
            .octets(4, exchange.client());
    InetSocketAddress local = exchange.local();
    if (local != null && !local.getAddress().isAnyLocalAddress()) {
      InetAddress address = local.getAddress();
      message.octets(5, address.getAddress());
    }
    if (exchange.clientPort() > 0) {
      message.number(6, exchange.clientPort());
    }
    if (local != null) {
      message.number(7, local.getPort());
    }
    return message;
  }

  private byte[] framed(ProtobufMessage message) {
    ProtobufMessage frame = new ProtobufMessage();
    if (identity.length > 0) {
      frame.octets(1, identity);
    }
    if (version.length > 0) {
      frame.octets(2, version);
    }
    return frame.octets(14, message.toOctets()).number(15, MESSAGE).toOctets();
  }

  private static int protocol(Transport transport) {
    return switch (transport) {
      case UDP -> 1;
      case TCP -> 2;
      case TLS -> 3;
    };
  }

  private static int nanos(TappedExchange exchange) {
    return (int) (exchange.millis() % MILLIS_PER_SECOND) * NANOS_PER_MILLI;
  }
}
