package detour.server.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the probes of a service found over the last hour, at each vantage: the answer of `GET
/// /api/v1/services/{name}/trends`. Other vantages of a cluster tell of it while somebody asks, and
/// up to a minute longer: at the first time there is nothing of them yet.
///
/// @param node that tells this
/// @param at by its clock, as all times here
/// @param trouble why the other vantages tell nothing newer; null when they do
/// @param vantages as they are declared; of a node on its own, it alone
public record TrendReport(
    String service, String node, Instant at, @Nullable String trouble, List<Vantage> vantages) {

  /// One vantage, and what it told.
  ///
  /// @param region empty where there is none
  /// @param own whether it is that of the node that tells this
  /// @param presence `PRESENT`, `IMPAIRED` (it distrusts what it sees) or `ABSENT`
  /// @param at when it told this; null when it did not
  /// @param ageSeconds how long ago that is; null likewise
  /// @param why there is less than expected, as that it was not told yet; empty for no reason
  /// @param leftOut how many lines did not fit in what it told
  /// @param lines in the order of its configuration
  public record Vantage(
      String name,
      String region,
      boolean own,
      String presence,
      @Nullable Instant at,
      @Nullable Double ageSeconds,
      String why,
      int leftOut,
      List<Line> lines) {}

  /// One check of one endpoint. The lists but the last have one value for each step that has a
  /// result, oldest first.
  ///
  /// @param stepSeconds how long a step is; longer where many targets share the memory, and in what
  ///   other vantages tell
  /// @param begin of each step, in seconds since 1970
  /// @param passed results without a warning
  /// @param degraded results that passed with a warning
  /// @param failed results that did not pass
  /// @param meanMilliseconds how long the results that passed took on average; 0 when none did
  /// @param maxMilliseconds how long the longest of them took
  /// @param lastProbes newest first
  public record Line(
      String pool,
      String endpoint,
      String check,
      int stepSeconds,
      List<Long> begin,
      List<Integer> passed,
      List<Integer> degraded,
      List<Integer> failed,
      List<Double> meanMilliseconds,
      List<Double> maxMilliseconds,
      List<ServiceReport.Observation> lastProbes) {}
}
