package detour.failover.selection;

import detour.failover.model.Service;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/// How long an answer may be kept: `ttl` while settled; while a change of it is in the air, the
/// time until the earliest moment it could come, in whole seconds rounded up, within `ttl_min` and
/// `ttl`.
///
/// In the air is: a pending decision on an endpoint that is answered; a failback that runs by time;
/// and in a last resort a pending decision on any endpoint, for each could end it. A failback that
/// waits for an operator is not: nobody knows when.
final class TtlRules {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private TtlRules() {}

  static Ttl ofPool(
      Situation situation, List<EndpointPosition> answered, OptionalLong failbackAtNanos) {
    LongStream changes =
        LongStream.concat(decisions(situation, answered), failbackAtNanos.stream());
    return ttl(situation.service(), earliest(changes, situation.nowNanos()), situation.nowNanos());
  }

  static Ttl ofLastResort(Situation situation) {
    LongStream changes = decisions(situation, situation.allMembers());
    return ttl(situation.service(), earliest(changes, situation.nowNanos()), situation.nowNanos());
  }

  /// @param changeNanos when the answer may change; empty while settled
  static Ttl ttl(Service service, OptionalLong changeNanos, long nowNanos) {
    int longest = Math.toIntExact(service.ttl().toSeconds());
    if (changeNanos.isEmpty()) {
      return new Ttl(longest, false, OptionalLong.empty());
    }
    int shortest = Math.toIntExact(Math.min(service.ttlMin().toSeconds(), longest));
    long left = Math.max(0, changeNanos.getAsLong() - nowNanos);
    int seconds = Math.clamp(Math.ceilDiv(left, SECOND_NANOS), shortest, longest);
    if (seconds == shortest) {
      return new Ttl(seconds, true, OptionalLong.empty());
    }
    long smallerAt = changeNanos.getAsLong() - (seconds - 1L) * SECOND_NANOS;
    return new Ttl(seconds, true, OptionalLong.of(smallerAt));
  }

  private static LongStream decisions(Situation situation, List<EndpointPosition> endpoints) {
    return endpoints.stream()
        .map(at -> situation.health(at).earliestDecisionNanos())
        .flatMapToLong(OptionalLong::stream);
  }

  /// The earliest by the clock's own order: nanoseconds may wrap around.
  private static OptionalLong earliest(LongStream times, long nowNanos) {
    OptionalLong left = times.map(time -> time - nowNanos).min();
    return left.isPresent() ? OptionalLong.of(left.getAsLong() + nowNanos) : left;
  }
}
