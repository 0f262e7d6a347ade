package detour.failover.selection;

import detour.failover.model.FailoverBudget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How much of its failover budget a service has used.
///
/// A failover is a move from the current pool to a later one that no operator asked for. When as
/// many as the budget allows fall into its window, the selection is *held*: from then on it does
/// not fail back by itself, so the circle of failover and failback is broken, until an operator
/// approves. Held it is never on a pool that cannot serve: a current pool that becomes unavailable
/// is left at once for any that is available, earlier or later.
///
/// @param failoverNanos when the failovers of the window were, oldest first, monotonic
/// @param held until an operator approves a failback; time does not end it
public record BudgetUse(List<Long> failoverNanos, boolean held) {
  public static final BudgetUse NONE = new BudgetUse(List.of(), false);

  /// What is left of a run before: how many failovers there were is forgotten, that it was held
  /// not.
  public static BudgetUse restored(boolean held) {
    return held ? new BudgetUse(List.of(), true) : NONE;
  }

  public BudgetUse {
    failoverNanos = List.copyOf(failoverNanos);
  }

  /// After one more decision.
  ///
  /// @param budget null for none, which ends a hold too
  /// @param failedOver whether the decision was a failover
  BudgetUse next(@Nullable FailoverBudget budget, boolean failedOver, long nowNanos) {
    if (budget == null) {
      return NONE;
    }
    if (!failedOver) {
      return this;
    }
    List<Long> within = new ArrayList<>(failoverNanos);
    within.removeIf(at -> nowNanos - at > budget.window().toNanos());
    within.add(nowNanos);
    return new BudgetUse(within, held || within.size() >= budget.failovers());
  }
}
