package detour.server.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a question is answered as it is: the answer of `GET /api/v1/explain`.
///
/// @param service the service that decided the answer, down to its last observations; null when
///   fixed records of a zone did, or no zone
public record ExplanationReport(
    String node, Instant at, Question question, Answer answer, @Nullable ServiceReport service) {

  /// What was asked.
  ///
  /// @param client address the question is imagined to come from; null for any
  public record Question(String name, String type, @Nullable String client) {}

  /// The response that the server gives to the question, decoded.
  ///
  /// @param rcode as `NOERROR` or `NXDOMAIN`
  /// @param service name of the service that made the answer; null when none did
  /// @param zone the zone that holds the name; null when none does
  /// @param extendedError text of an Extended DNS Error (RFC 8914); null for none
  public record Answer(
      String rcode,
      boolean authoritative,
      @Nullable String zone,
      @Nullable String service,
      @Nullable String extendedError,
      List<AnswerRecord> answers,
      List<AnswerRecord> authorities,
      List<AnswerRecord> additionals) {}

  /// One record.
  ///
  /// @param data in presentation form, as in a zone file
  public record AnswerRecord(String name, long ttlSeconds, String type, String data) {}
}
