package detour.server.publish;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a service's queries were answered with, of old and now, as far as resolvers may still hold
/// it. Immutable, but for the hand-out times inside the answers.
///
/// Listener threads may go on with a replaced answer until the end of their batch, so a retired
/// answer's times are read again until a second after it was replaced; only then are they final.
///
/// @param current what queries are answered with now
/// @param retired replaced within the last second
/// @param settled the final times and counts of what was replaced before, by destination
/// @param settledAnswers in how many responses that was
record HandOuts(
    List<Given> current, List<Retired> retired, Map<String, Handed> settled, long settledAnswers) {
  private static final long SETTLE_MILLIS = 1_000;

  static final HandOuts NONE = new HandOuts(List.of(), List.of(), Map.of(), 0);

  record Retired(Given given, long atMillis) {}

  HandOuts {
    current = List.copyOf(current);
    retired = List.copyOf(retired);
    settled = Map.copyOf(settled);
  }

  /// The same after the current answers were replaced.
  HandOuts replacedBy(List<Given> next, long nowMillis) {
    Map<String, Handed> nextSettled = new HashMap<>(settled);
    List<Retired> nextRetired = new ArrayList<>();
    long nextAnswers = settledAnswers;
    for (Retired old : retired) {
      if (nowMillis - old.atMillis() > SETTLE_MILLIS) {
        old.given().addTo(nextSettled);
        nextAnswers += old.given().answer().answers();
      } else {
        nextRetired.add(old);
      }
    }
    current.forEach(given -> nextRetired.add(new Retired(given, nowMillis)));
    return new HandOuts(next, nextRetired, nextSettled, nextAnswers);
  }

  /// What is known of each destination that was ever handed out.
  Map<String, Handed> all() {
    Map<String, Handed> all = new HashMap<>(settled);
    retired.forEach(old -> old.given().addTo(all));
    current.forEach(given -> given.addTo(all));
    return all;
  }

  /// How many responses records of the service were written into; never less than before.
  long answers() {
    long answers = settledAnswers;
    for (Retired old : retired) {
      answers += old.given().answer().answers();
    }
    for (Given given : current) {
      answers += given.answer().answers();
    }
    return answers;
  }
}
