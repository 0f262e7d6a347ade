package detour.server.api;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How far the world has followed the present answer: the answer of `GET
/// /api/v1/services/{name}/convergence`. How many clients still use an old answer cannot be known;
/// this is what can be.
///
/// @param answers what is answered now
/// @param since since when; of the latest selection where there are two
/// @param heldUntil until when a resolver that obeys TTLs may hold something else than the present
///   answer; null when none may
/// @param addresses whatever was handed out, latest first
/// @param resolvers what those that the operator named answer now; empty when none are named
public record ConvergenceReport(
    String service,
    Instant at,
    List<String> answers,
    Instant since,
    @Nullable Instant heldUntil,
    List<Address> addresses,
    List<Resolver> resolvers) {

  /// One destination that was handed out.
  ///
  /// @param answered whether it is part of the present answer
  /// @param times how many records of it were handed out since the server's start
  /// @param ttlSeconds it had the last time
  public record Address(
      String destination,
      boolean answered,
      long times,
      Instant last,
      int ttlSeconds,
      Instant heldUntil,
      boolean held) {}

  /// What one resolver said.
  ///
  /// @param resolver address and port
  /// @param type as `A`
  /// @param rcode empty when it did not answer
  /// @param answers data of the records of that type
  /// @param ttlSeconds how long it will yet hold them; null without records
  /// @param stale which of the answers are not what is answered now
  /// @param problem why there is no answer; empty when there is one
  public record Resolver(
      String resolver,
      String type,
      Instant at,
      double milliseconds,
      String rcode,
      List<String> answers,
      @Nullable Long ttlSeconds,
      List<String> stale,
      String problem) {
    /// Compared with what is answered now.
    ///
    /// @param present destinations and the addresses that stand for them
    Resolver comparedWith(Set<String> present) {
      return new Resolver(
          resolver,
          type,
          at,
          milliseconds,
          rcode,
          answers,
          ttlSeconds,
          answers.stream().filter(answer -> !present.contains(answer)).toList(),
          problem);
    }
  }
}
