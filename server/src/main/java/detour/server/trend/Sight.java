package detour.server.trend;

import detour.server.publish.PublishedState.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What the probes of one vantage found of one service over the last hour.
///
/// @param at when this was put together, by the same clock as all its times
/// @param note why there is less than expected, for people; empty for nothing to say
/// @param leftOut how many lines there were beyond these
public record Sight(Instant at, String note, int leftOut, List<Line> lines) {
  public Sight {
    lines = List.copyOf(lines);
  }

  /// One check of one endpoint.
  ///
  /// @param stepSeconds how long a step is; 0 without steps
  /// @param steps oldest first; those without a result are left out
  /// @param last the last results, newest first
  public record Line(
      String pool,
      String endpoint,
      String check,
      int stepSeconds,
      List<Step> steps,
      List<Seen> last) {
    public Line {
      steps = List.copyOf(steps);
      last = List.copyOf(last);
    }
  }

  /// The results of one step.
  ///
  /// @param beginSeconds when it began, in seconds since 1970
  /// @param passed results without a warning
  /// @param degraded results that passed with a warning
  /// @param failed results that did not pass
  /// @param meanMillis how long the results that passed took on average; 0 when none did
  /// @param maxMillis how long the longest of them took
  public record Step(
      long beginSeconds,
      int passed,
      int degraded,
      int failed,
      double meanMillis,
      double maxMillis) {

    private Step plus(Step later) {
      int good = passed + degraded;
      int laterGood = later.passed + later.degraded;
      double sum = meanMillis * good + later.meanMillis * laterGood;
      return new Step(
          beginSeconds,
          passed + later.passed,
          degraded + later.degraded,
          failed + later.failed,
          good + laterGood == 0 ? 0 : sum / (good + laterGood),
          Math.max(maxMillis, later.maxMillis));
    }

    private Step at(long seconds) {
      return new Step(seconds, passed, degraded, failed, meanMillis, maxMillis);
    }
  }

  /// A time as it is told to others: to a thousandth of a millisecond.
  public static double rounded(double millis) {
    return Math.round(millis * 1_000) / 1_000.0;
  }

  /// The same told by a clock that is this much behind.
  public Sight byClockBehind(Duration ahead) {
    long seconds = Math.round(ahead.toMillis() / 1_000.0);
    return new Sight(
        at.minus(ahead),
        note,
        leftOut,
        lines.stream()
            .map(line ->
                new Line(
                    line.pool(),
                    line.endpoint(),
                    line.check(),
                    line.stepSeconds(),
                    line.steps().stream()
                        .map(step -> step.at(step.beginSeconds() - seconds))
                        .toList(),
                    line.last().stream().map(seen -> earlier(seen, ahead)).toList()))
            .toList());
  }

  /// The same in fewer steps, and with fewer of the last results.
  ///
  /// @param stepSecondsMin steps are doubled until they are no shorter
  /// @param lastMax of each line
  public Sight coarser(int stepSecondsMin, int lastMax) {
    return new Sight(
        at,
        note,
        leftOut,
        lines.stream().map(line -> coarser(line, stepSecondsMin, lastMax)).toList());
  }

  /// The same with no more lines than these.
  public Sight withoutBeyond(int linesMax) {
    return lines.size() <= linesMax
        ? this
        : new Sight(at, note, leftOut + lines.size() - linesMax, lines.subList(0, linesMax));
  }

  private static Line coarser(Line line, int stepSecondsMin, int lastMax) {
    int stepSeconds = line.stepSeconds();
    while (stepSeconds > 0 && stepSeconds < stepSecondsMin) {
      stepSeconds *= 2;
    }
    List<Seen> last = line.last().subList(0, Math.min(lastMax, line.last().size()));
    return new Line(
        line.pool(),
        line.endpoint(),
        line.check(),
        stepSeconds,
        stepSeconds == line.stepSeconds() ? line.steps() : gathered(line.steps(), stepSeconds),
        last);
  }

  private static List<Step> gathered(List<Step> steps, int stepSeconds) {
    List<Step> gathered = new ArrayList<>();
    for (Step step : steps) {
      Step whole = step.at(Math.floorDiv(step.beginSeconds(), stepSeconds) * stepSeconds);
      Step before = gathered.isEmpty() ? null : gathered.getLast();
      if (before != null && before.beginSeconds() == whole.beginSeconds()) {
        gathered.set(gathered.size() - 1, before.plus(whole));
      } else {
        gathered.add(whole);
      }
    }
    return gathered;
  }

  private static Seen earlier(Seen seen, Duration by) {
    return new Seen(
        seen.at().minus(by), seen.passed(), seen.degraded(), seen.detail(), seen.milliseconds());
  }
}
