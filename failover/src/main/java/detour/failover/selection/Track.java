package detour.failover.selection;

import detour.failover.model.Destination;
import detour.failover.model.Endpoint;
import detour.failover.model.Service;
import java.util.List;

/// What is decided together: both families, or one of them.
public enum Track {
  JOINT("an endpoint"),
  IPV4("an IPv4 endpoint"),
  IPV6("an IPv6 endpoint");

  private final String member;

  Track(String member) {
    this.member = member;
  }

  /// The tracks that a service is decided on.
  public static List<Track> of(Service service) {
    return switch (service.families()) {
      case JOINT -> List.of(JOINT);
      case SEPARATE -> List.of(IPV4, IPV6);
    };
  }

  /// Whether the endpoint counts on this track. A host name counts for both families.
  public boolean includes(Endpoint endpoint) {
    return switch (endpoint.destination()) {
      case Destination.HostName _ -> true;
      case Destination.Address address -> this == JOINT || address.isIpv6() == (this == IPV6);
    };
  }

  /// One member, in words.
  String member() {
    return member;
  }
}
