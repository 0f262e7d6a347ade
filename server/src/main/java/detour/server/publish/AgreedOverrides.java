package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How overrides that were agreed on become this node's. Publish thread only.
record AgreedOverrides(Overrides overrides, Chronicle chronicle, Cluster cluster) {

  /// Takes over what was agreed on.
  ///
  /// @return the names of the services that must be judged again
  Set<String> takeOver(Agreed.Overrides agreed) {
    Set<String> services = new HashSet<>();
    agreed
        .byPath()
        .forEach((path, override) -> {
          if (takeOver(path, override)) {
            services.add(path.service());
          }
        });
    if (agreed.whole()) {
      tellOfOthers(agreed.byPath());
    }
    return services;
  }

  /// An override that was cleared leaves a trace in the store; so what the store knows nothing of
  /// was set when there was no cluster, or is what a store lost.
  private void tellOfOthers(Map<OverridePath, @Nullable OperatorOverride> known) {
    Map<OverridePath, OperatorOverride> own = new HashMap<>(overrides.all());
    own.keySet().removeAll(known.keySet());
    own.forEach((path, override) -> {
      // Whoever cannot be told now is told when the whole store is heard of again.
      var _ = cluster.override(path, override);
    });
  }

  /// Whether it was news.
  private boolean takeOver(OverridePath path, @Nullable OperatorOverride agreed) {
    OperatorOverride before = overrides.of(path);
    OperatorOverride next = agreed == null ? null : agreed.remaining(chronicle.now());
    if (next == null ? before == null : next.equals(before)) {
      return false;
    }
    if (next == null) {
      overrides.clear(path);
      chronicle.overrideCleared(path);
    } else {
      overrides.set(path, next);
      chronicle.overrideSet(path, next);
    }
    if (before != null && next != null && isOnlyMovedInTime(before, next)) {
      return true;
    }
    chronicle.operatorChanged(path, overrides.changed(path, chronicle.now()));
    String was = before == null ? "" : before.state().name();
    if (next == null || (before != null && next.equals(before.meanwhile()))) {
      tellGone(path, before, was);
    } else {
      chronicle.event(
          path.service(),
          OverrideTurns.kind(next),
          path.toString(),
          was,
          OperatorCommands.said(next),
          next.reason() + OperatorCommands.forced(next.vetting().forcedPast()),
          author(next));
    }
    return true;
  }

  private void tellGone(OverridePath path, @Nullable OperatorOverride gone, String was) {
    chronicle.event(
        path.service(),
        gone == null ? "override" : OverrideTurns.kind(gone),
        path.toString(),
        was,
        gone == null ? "cleared" : OverrideTurns.ended(gone),
        "it was cleared through the cluster",
        Chronicle.SELF);
  }

  /// Whose doing it is: the approval is the second operator's.
  private static String author(OperatorOverride next) {
    String approver = next.vetting().approver();
    return approver == null ? next.author() : approver;
  }

  /// The end of an override is moved when it becomes known how the clocks differ; it is no other
  /// override for that.
  private static boolean isOnlyMovedInTime(
      @Nullable OperatorOverride before, @Nullable OperatorOverride next) {
    if (before == null || next == null) {
      return Objects.equals(before, next);
    }
    return before.state() == next.state()
        && before.since().equals(next.since())
        && before.author().equals(next.author())
        && before.reason().equals(next.reason())
        && before.vetting().awaited() == next.vetting().awaited()
        && Objects.equals(before.vetting().approver(), next.vetting().approver())
        && before.vetting().forcedPast().equals(next.vetting().forcedPast())
        && isOnlyMovedInTime(before.meanwhile(), next.meanwhile());
  }
}
