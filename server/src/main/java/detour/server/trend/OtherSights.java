package detour.server.trend;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who can tell what the probes of other vantages found. Any thread.
@FunctionalInterface
public interface OtherSights {
  /// For a node on its own.
  OtherSights NONE = _ -> new Told(null, Map.of());

  /// What other vantages told of a service, which they go on telling for a while because it was
  /// asked for. The first time there is nothing yet. Waits for two seconds at most.
  ///
  /// @param service its name in lower case, without the final dot
  Told look(String service);

  /// What was told.
  ///
  /// @param trouble why the others do not tell anything newer, as one sentence; null when they do
  /// @param byVantage by the name of the vantage; times are by the clock of this node, as well as
  ///   the difference is known
  record Told(@Nullable String trouble, Map<String, Sight> byVantage) {
    public Told {
      byVantage = Map.copyOf(byVantage);
    }
  }
}
