package detour.server.listen;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.ClientAddress;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Takes the PROXY headers off the datagrams of proxies. Nothing is allocated for a datagram.
/// Thread: one.
final class ProxyDatagrams {
  private final AddressPrefix[] sources;
  private final ProxyHeader header = new ProxyHeader();
  private final Metrics metrics;

  ProxyDatagrams(List<AddressPrefix> sources, Metrics metrics) {
    this.sources = sources.toArray(AddressPrefix[]::new);
    this.metrics = metrics;
  }

  /// Moves the query of a proxy's datagram to the datagram's beginning; leaves all others as they
  /// are.
  ///
  /// @param client whoever sent it; whose query it is, when this returns
  /// @return octets of the query; 0 to drop the datagram
  int query(MemorySegment memory, long offset, int length, ClientAddress client) {
    if (!AddressPrefix.anyContains(sources, client)) {
      return length;
    }
    switch (header.read(memory, offset, length)) {
      case CLIENT -> header.tell(client);
      case NO_CLIENT -> {}
      case ABSENT -> {
        metrics.count(Counter.PROXY_HEADERS_MISSING);
        return 0;
      }
      case INCOMPLETE, MALFORMED -> {
        metrics.count(Counter.PROXY_HEADERS_MALFORMED);
        return 0;
      }
    }
    int query = length - header.octets();
    MemorySegment.copy(memory, offset + header.octets(), memory, offset, query);
    return query;
  }
}
