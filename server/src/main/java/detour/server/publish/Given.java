package detour.server.publish;

import detour.dns.answer.PreparedAnswer;
import detour.failover.selection.Hold;
import java.util.List;
import java.util.Map;

/// One prepared answer that queries are or were answered with, and what each of its records stands
/// for.
///
/// @param destinations by the position of the record, as people write them
record Given(PreparedAnswer answer, List<List<String>> destinations, int ttlSeconds) {
  Given {
    destinations = List.copyOf(destinations);
  }

  /// Adds when each record was handed out last and how often, where it ever was.
  void addTo(Map<String, Handed> all) {
    for (int position = 0; position < destinations.size(); position++) {
      long lastMillis = answer.lastHandedOutMillis(position);
      if (lastMillis > 0) {
        Handed handed =
            new Handed(Hold.of(lastMillis, ttlSeconds), answer.timesHandedOut(position));
        destinations.get(position).forEach(text -> all.merge(text, handed, Handed::and));
      }
    }
  }
}
