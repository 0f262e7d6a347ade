package detour.server.listen;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.ClientAddress;
import java.util.List;

/// Whose connections and datagrams begin with a PROXY header. Any thread.
final class ProxySources {
  private final AddressPrefix[] prefixes;

  ProxySources(List<AddressPrefix> prefixes) {
    this.prefixes = prefixes.toArray(AddressPrefix[]::new);
  }

  /// @param address as the socket tells it
  boolean contains(ClientAddress address) {
    for (AddressPrefix prefix : prefixes) {
      if (prefix.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
