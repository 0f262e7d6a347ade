package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OperatorOverride.Purpose;
import detour.server.publish.PublishedState.SaidState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What somebody who looks must know of what operators said: drills, and what waits for an approval
/// or its start.
public final class Announcements {
  private Announcements() {}

  /// As sentences, among the alarms.
  public static List<String> of(List<SaidState> all, Instant now) {
    List<String> announced = new ArrayList<>();
    for (SaidState said : all) {
      OperatorOverride override = said.override();
      String what =
          "%s %s, asked for by %s (%s),"
              .formatted(
                  said.path(),
                  override.state().name().toLowerCase(Locale.ROOT),
                  override.author(),
                  override.reason());
      if (override.vetting().awaited()) {
        announced.add(what + " waits for an approval: detour approve " + said.path());
      } else if (isPlanned(override, now)) {
        announced.add(what + " begins at " + override.starts());
      } else if (override.purpose() == Purpose.DRILL) {
        announced.add(what + " is a drill: it ends at " + override.expires());
      }
    }
    return announced;
  }

  /// Those of which more is to come by itself or by somebody else's doing.
  public static List<SaidState> among(List<SaidState> all, Instant now) {
    return all.stream()
        .filter(said ->
            said.override().vetting().awaited()
                || isPlanned(said.override(), now)
                || said.override().purpose() != Purpose.ORDER)
        .toList();
  }

  private static boolean isPlanned(OperatorOverride override, Instant now) {
    return override.starts() != null && override.starts().isAfter(now);
  }
}
