package detour.server.publish;

import detour.failover.model.Service;
import detour.failover.selection.Track;
import java.time.Instant;

/// The current pool of one service, or of one family of it, as the nodes of a cluster agree on it.
///
/// Epochs count the moves of one latch: each node that moves it takes the epoch that it knows plus
/// one, and of two nodes that do so at once the store lets one win.
///
/// @param family `joint`, `ipv4` or `ipv6`
/// @param pool the name of the pool
/// @param since when it moved there, by the wall clock of the node that moved it: for people
/// @param held whether its failover budget holds it until an operator approves
/// @param epoch from 1
/// @param by the node that moved it
/// @param reason why it moved, one sentence
public record Latch(
    String service,
    String family,
    String pool,
    Instant since,
    boolean held,
    long epoch,
    String by,
    String reason) {

  /// Equal for the latches of one service and family.
  public String key() {
    return key(service, family);
  }

  /// The key of a service's latch.
  public static String key(String service, String family) {
    return service + "/" + family;
  }

  static String key(Service service, Track track) {
    return key(service.name(), family(track));
  }

  static String family(Track track) {
    return switch (track) {
      case JOINT -> "joint";
      case IPV4 -> "ipv4";
      case IPV6 -> "ipv6";
    };
  }
}
