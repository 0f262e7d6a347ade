package detour.server.publish;

import detour.failover.model.FencePolicy;
import detour.failover.model.Model;
import detour.failover.model.OperatorOverride;
import detour.failover.model.Service;
import detour.failover.safety.FenceRules;
import detour.failover.safety.FenceState;
import detour.failover.safety.FenceState.Stage;
import detour.failover.safety.FenceState.Step;
import detour.failover.selection.Selection;
import detour.failover.selection.SelectionRules;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The fences that failovers wait for. Publish thread only.
///
/// Nobody waits for a hook: the service is judged again when it has ended, and goes on answering
/// what it answered until then.
final class Fences {
  private final Time time;
  private final Chronicle chronicle;
  private final Map<String, FenceState> byKey = new HashMap<>();
  private final ToLongFunction<String> epochs;
  private Fencing fencing = Fencing.NONE;
  private Consumer<Ended> told = _ -> {};
  private Map<String, FencePolicy> policies = Map.of();
  private String vantage = "";

  /// A hook that ended.
  record Ended(String service, String key, FenceState state) {}

  /// @param epochs of the latches that are left, by key
  Fences(Time time, Chronicle chronicle, ToLongFunction<String> epochs) {
    this.epochs = epochs;
    this.time = time;
    this.chronicle = chronicle;
  }

  /// @param ended told of the ends of hooks, on any thread
  void raiseBy(Fencing hooks, Consumer<Ended> ended) {
    fencing = hooks;
    told = ended;
  }

  void decideBy(Model model) {
    policies = model.safeguards().fences();
    vantage = model.vantage();
  }

  /// What keeps a service from failing over yet, as one sentence; null for nothing. Has the fence
  /// raised where that is due.
  @Nullable String objection(LiveService live, Selection from, Selection next) {
    FencePolicy policy = policies.get(live.service().name());
    if (policy == null) {
      return null;
    }
    String key = Latch.key(live.service(), from.track());
    if (!SelectionRules.failsOver(from, next)) {
      // Whatever comes later is another failover. A hook that runs must end first.
      byKey.computeIfPresent(key, (_, state) -> state.stage() == Stage.RUNNING ? state : null);
      return null;
    }
    return switch (FenceRules.next(policy, byKey.get(key), time.now())) {
      case Step.Go(var without) -> go(live, key, without);
      case Step.Wait(Instant until, String why) -> {
        live.nextEvaluationNanos = Math.min(live.nextEvaluationNanos, time.nanosAt(until));
        yield why;
      }
      case Step.Run() -> raise(live, key, order(live, from, next, policy));
    };
  }

  private @Nullable String go(LiveService live, String key, @Nullable String without) {
    if (without != null) {
      event(
          live, key, "overruled", without + "; the policy lets the service fail over all the same");
    }
    return null;
  }

  private String raise(LiveService live, String key, Fencing.Order order) {
    byKey.put(key, new FenceState(Stage.RUNNING, time.now(), vantage, ""));
    event(live, key, "raising", "before " + order.from() + " is left for " + order.to());
    var _ =
        fencing
            .raise(order)
            .whenComplete((state, failure) ->
                told.accept(
                    new Ended(
                        order.service(),
                        key,
                        failure == null
                            ? state
                            : new FenceState(
                                Stage.FAILED,
                                time.now(),
                                vantage,
                                String.valueOf(Saving.reason(failure))))));
    return "the fence is being raised";
  }

  private Fencing.Order order(
      LiveService live, Selection from, Selection next, FencePolicy policy) {
    Service service = live.service();
    return new Fencing.Order(
        service.name(),
        Latch.family(from.track()),
        service.pools().get(from.latch()).name(),
        service.pools().get(next.latch()).name(),
        epochs.applyAsLong(Latch.key(service, from.track())),
        isDrill(live, from.latch()),
        next.reason(),
        policy);
  }

  private static boolean isDrill(LiveService live, int pool) {
    for (LiveEndpoint endpoint : live.pools().get(pool)) {
      LiveEndpoint.View view = endpoint.view();
      OperatorOverride override = view == null ? null : view.health().override();
      if (override != null && override.purpose() == OperatorOverride.Purpose.DRILL) {
        return true;
      }
    }
    return false;
  }

  /// Takes in how a hook ended.
  void ended(Ended ended) {
    byKey.put(ended.key(), ended.state());
    FenceState state = ended.state();
    chronicle.event(
        ended.service(),
        "fence",
        ended.key(),
        "raising",
        switch (state.stage()) {
          case STOOD -> "stands";
          case FAILED -> "failed";
          case TIMED_OUT -> "timed out";
          case RUNNING -> "raising";
        },
        state.detail().isEmpty() ? "by " + state.by() : state.detail(),
        Chronicle.SELF);
  }

  private void event(LiveService live, String key, String to, String reason) {
    chronicle.event(live.service().name(), "fence", key, "", to, reason, Chronicle.SELF);
  }
}
