package detour.server.listen;

import detour.dns.answer.ClientAddress;

/// What counts as one client where clients are counted: an IPv4 address, or an IPv6 /64, for all of
/// that is one client's to choose from.
///
/// @param high the first eight octets
/// @param low the last eight; 0 where they do not count
record ClientPrefix(long high, long low) {
  static ClientPrefix of(ClientAddress address) {
    return address.isIpv4()
        ? new ClientPrefix(0, address.low())
        : new ClientPrefix(address.high(), 0);
  }
}
