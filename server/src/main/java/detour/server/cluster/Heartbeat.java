package detour.server.cluster;

import detour.server.publish.RunningConfiguration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a node says of itself with each heartbeat.
///
/// @param role `both`, `answer` or `probe`
/// @param version of its program
/// @param protocol the latest form of records that its program reads and writes
/// @param instance differs from start to start: two nodes of one name show by it
/// @param sequence counts its heartbeats
/// @param clock what its wall clock showed
/// @param finding why it is impaired; empty while it is not
/// @param opinions how many it has told
/// @param digest over the opinions that it has told
/// @param epoch up to which revision of the store all latches and overrides are in force there
/// @param serves digest of what it answers with
/// @param frozen how many of its endpoints have a frozen verdict
/// @param rules digest of the services that it is configured with and of how it decides on them
/// @param behind why something that was agreed on is not in force there; empty when all is
/// @param configuration what it runs of the cluster's store; null for one that has its own file
record Heartbeat(
    String region,
    String role,
    String version,
    int protocol,
    String instance,
    long sequence,
    Instant clock,
    boolean impaired,
    String finding,
    int opinions,
    long digest,
    long epoch,
    long serves,
    int frozen,
    long rules,
    String behind,
    @Nullable RunningConfiguration configuration) {
  /// What is shown of a node whose record this version cannot read.
  static Heartbeat unreadable(String version, int protocol) {
    return new Heartbeat(
        "", "", version, protocol, "", 0, Instant.EPOCH, false, "", 0, 0, 0, 0, 0, 0, "", null);
  }
}
