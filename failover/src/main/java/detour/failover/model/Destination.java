package detour.failover.model;

import java.net.Inet6Address;
import java.net.InetAddress;

/// Where an endpoint is: an address, or a host name.
public sealed interface Destination {

  /// The address or name as people write it.
  String text();

  /// An IPv4 or IPv6 address.
  record Address(InetAddress address) implements Destination {
    public boolean isIpv6() {
      return address instanceof Inet6Address;
    }

    @Override
    public String text() {
      return address.getHostAddress();
    }
  }

  /// A host name: lower case, without the final dot.
  record HostName(String name) implements Destination {
    @Override
    public String text() {
      return name;
    }
  }
}
