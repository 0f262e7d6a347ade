package detour.server.query;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Counts what many equal questions gave. Belongs to one thread at a time.
public final class Tally {
  private final Map<String, Integer> outcomes = new LinkedHashMap<>();
  private final List<Double> milliseconds = new ArrayList<>();
  private int asked;

  /// What came how often.
  ///
  /// @param times null when nothing was answered
  /// @param outcomes the most frequent first
  public record Summary(
      int asked, int answered, @Nullable TimesSpent times, List<Outcome> outcomes) {}

  /// In milliseconds.
  public record TimesSpent(double min, double median, double max) {}

  /// One answer, or one way of having none.
  public record Outcome(int count, String what) {}

  /// What an answer says apart from its times: its RCODE and the data of its records, sorted, as
  /// servers rotate them.
  public static String outcome(QueryReport report) {
    String data =
        report.answer().stream()
            .map(QueryReport.RecordReport::data)
            .sorted()
            .collect(Collectors.joining(" "));
    return data.isEmpty() ? report.rcode() : report.rcode() + " " + data;
  }

  public void answered(QueryReport report) {
    milliseconds.add(report.milliseconds());
    count(outcome(report));
  }

  public void failed(QueryFailed failure) {
    count(failure.getMessage());
  }

  public Summary summary() {
    return new Summary(
        asked,
        milliseconds.size(),
        times(),
        outcomes.entrySet().stream()
            .map(entry -> new Outcome(entry.getValue(), entry.getKey()))
            .sorted(Comparator.comparingInt(Outcome::count).reversed())
            .toList());
  }

  private void count(String outcome) {
    asked++;
    outcomes.merge(outcome, 1, Integer::sum);
  }

  private @Nullable TimesSpent times() {
    if (milliseconds.isEmpty()) {
      return null;
    }
    List<Double> sorted = new ArrayList<>(milliseconds);
    Collections.sort(sorted);
    int half = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    return new TimesSpent(sorted.getFirst(), median, sorted.getLast());
  }
}
