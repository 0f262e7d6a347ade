package detour.server.cluster;

import detour.server.publish.RunningConfiguration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a node says of itself with each heartbeat.
///
/// @param role `both`, `answer` or `probe`
/// @param version of its program
/// @param instance differs from start to start: two nodes of one name show by it
/// @param sequence counts its heartbeats
/// @param clock what its wall clock showed
/// @param finding why it is impaired; empty while it is not
/// @param opinions how many it has told
/// @param digest over the opinions that it has told
/// @param agreedRevision which latches and overrides it has taken over
/// @param serves digest of what it answers with
/// @param frozen how many of its endpoints have a frozen verdict
/// @param configuration what it runs of the cluster's store; null for one that has its own file
record Presence(
    String region,
    String role,
    String version,
    String instance,
    long sequence,
    Instant clock,
    boolean impaired,
    String finding,
    int opinions,
    long digest,
    long agreedRevision,
    long serves,
    int frozen,
    @Nullable RunningConfiguration configuration) {}
