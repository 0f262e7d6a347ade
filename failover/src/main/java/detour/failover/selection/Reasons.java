package detour.failover.selection;

import detour.failover.model.FailoverBudget;
import detour.failover.model.WhenAllDown;
import detour.failover.selection.Selection.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Why a selection is what it is, in one sentence for operators.
final class Reasons {
  private Reasons() {}

  static String served(
      Situation situation,
      Status status,
      List<PoolAvailability> pools,
      int pool,
      int wanted,
      BudgetUse budget) {
    String serving = name(situation, pool);
    return switch (status) {
      case SERVING -> serving + " serves: " + pools.get(pool).reason();
      case FAILED_OVER ->
          serving + " serves because " + notAvailable(situation, pools.subList(0, pool));
      case READY ->
          back(situation, pools, pool, wanted)
              + " and waits for an operator's approval"
              + held(situation, budget);
      case FAILING_BACK ->
          back(situation, pools, pool, wanted)
              + " and takes over once it has stayed so for "
              + failbackAfter(situation);
      case FENCING, LAST_RESORT, NO_MEMBERS ->
          throw new IllegalArgumentException(status + " is not served from a pool");
    };
  }

  private static String back(
      Situation situation, List<PoolAvailability> pools, int pool, int wanted) {
    return "%s serves; %s is available again (%s)"
        .formatted(name(situation, pool), name(situation, wanted), pools.get(wanted).reason());
  }

  static String lastResort(Situation situation, LastResort kind, List<PoolAvailability> pools) {
    String named =
        situation.service().whenAllDown() instanceof WhenAllDown.NamedPool(String pool)
            ? " (" + pool + ")"
            : "";
    return kind.sentence() + named + "; " + notAvailable(situation, pools);
  }

  private static String notAvailable(Situation situation, List<PoolAvailability> pools) {
    List<String> each = new ArrayList<>();
    for (int pool = 0; pool < pools.size(); pool++) {
      each.add(
          name(situation, pool)
              + " is not available: "
              + pools.get(pool).reason()
              + PoolRules.unhealthy(situation, pool));
    }
    return String.join("; ", each);
  }

  private static String held(Situation situation, BudgetUse use) {
    FailoverBudget budget = situation.service().failoverBudget();
    return budget == null || !use.held()
        ? ""
        : ", for %d automatic failovers within %s used up its budget"
            .formatted(budget.failovers(), text(budget.window()));
  }

  private static String failbackAfter(Situation situation) {
    return text(situation.service().failbackAfter());
  }

  private static String text(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }

  private static String name(Situation situation, int pool) {
    return situation.service().pools().get(pool).name();
  }
}
