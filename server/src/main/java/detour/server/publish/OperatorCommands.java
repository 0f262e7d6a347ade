package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.selection.Selection;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// Carries out what operators ask for, or says why not. Publish thread only.
final class OperatorCommands {
  private static final int SERVICES_NAMED = 20;

  private final Decisions decisions;

  OperatorCommands(Decisions decisions) {
    this.decisions = decisions;
  }

  /// @throws CommandRefused when it cannot be done; nothing has changed then
  void carryOut(Command command) {
    switch (command) {
      case Command.SetOverride set -> setOverride(set);
      case Command.ClearOverride clear -> clearOverride(clear);
      case Command.ApproveFailback approve -> approveFailback(approve);
      case Command.Reload reload ->
          throw new IllegalArgumentException("a reload is not carried out here: " + reload);
    }
  }

  private void setOverride(Command.SetOverride set) {
    LiveService live = find(set.path());
    if (set.reason().isBlank()) {
      throw new CommandRefused("an override needs a reason: --reason \"...\"");
    }
    if (set.lasts() != null && !set.lasts().isPositive()) {
      throw new CommandRefused("an override must last longer than " + set.lasts());
    }
    Instant now = decisions.chronicle().now();
    Instant expires = set.lasts() == null ? null : now.plus(set.lasts());
    OperatorOverride before = decisions.overrides().of(set.path());
    OperatorOverride override =
        new OperatorOverride(set.state(), set.reason(), set.author(), now, expires);
    decisions.overrides().set(set.path(), override);
    decisions.chronicle().overrideSet(set.path(), override);
    decisions
        .chronicle()
        .event(
            live.service().name(),
            "override",
            set.path().toString(),
            before == null ? "" : before.state().name(),
            set.state().name() + (expires == null ? "" : " until " + expires),
            set.reason(),
            set.author());
    decisions.mark(live);
  }

  private void clearOverride(Command.ClearOverride clear) {
    OperatorOverride before = decisions.overrides().of(clear.path());
    if (before == null) {
      find(clear.path());
      throw new CommandRefused(nothingToClear(clear.path()));
    }
    decisions.overrides().clear(clear.path());
    decisions.chronicle().overrideCleared(clear.path());
    decisions
        .chronicle()
        .event(
            clear.path().service(),
            "override",
            clear.path().toString(),
            before.state().name(),
            "cleared",
            "an operator cleared it",
            clear.author());
    LiveService live = decisions.directory().service(clear.path().service());
    if (live != null) {
      decisions.mark(live);
    }
  }

  private String nothingToClear(OverridePath path) {
    OverridePath pool = new OverridePath(path.service(), path.pool(), null);
    boolean onPool = path.endpoint() != null && decisions.overrides().of(pool) != null;
    return "there is no override on "
        + path
        + (onPool ? "; there is one on its whole pool: detour clear " + pool : "");
  }

  private void approveFailback(Command.ApproveFailback approve) {
    LiveService live = service(approve.service());
    LiveService.View view = live.view();
    boolean waits =
        view != null
            && view.selections().stream()
                .anyMatch(s ->
                    s.status() == Selection.Status.READY
                        || s.status() == Selection.Status.FAILING_BACK
                        || s.budget().held());
    if (!waits) {
      throw new CommandRefused(
          "no failback of " + approve.service() + " waits for an approval; see: detour status");
    }
    live.failbackApproved = true;
    decisions
        .chronicle()
        .event(
            approve.service(),
            "failback",
            approve.service(),
            "",
            "approved",
            "an operator approved the failback",
            approve.author());
    decisions.mark(live);
  }

  private LiveService find(OverridePath path) {
    LiveService live = service(path.service());
    List<LiveEndpoint> pool =
        live.pools().stream()
            .filter(endpoints -> isPool(endpoints, path.pool()))
            .findFirst()
            .orElseThrow(() ->
                new CommandRefused(
                    "%s has no pool '%s'; its pools: %s"
                        .formatted(path.service(), path.pool(), pools(live))));
    if (path.endpoint() != null
        && pool.stream().noneMatch(e -> e.endpoint().name().equals(path.endpoint()))) {
      String names = pool.stream().map(e -> e.endpoint().name()).collect(Collectors.joining(", "));
      throw new CommandRefused(
          "pool %s of %s has no endpoint '%s'; its endpoints: %s"
              .formatted(path.pool(), path.service(), path.endpoint(), names));
    }
    return live;
  }

  private LiveService service(String name) {
    LiveService live = decisions.directory().service(name);
    if (live == null) {
      throw new CommandRefused("there is no service '" + name + "'; " + known());
    }
    return live;
  }

  private String known() {
    List<LiveService> services = decisions.directory().services();
    if (services.isEmpty() || services.size() > SERVICES_NAMED) {
      return "see: detour status";
    }
    return services.stream()
        .map(live -> live.service().name())
        .collect(Collectors.joining(", ", "the services: ", ""));
  }

  private static boolean isPool(List<LiveEndpoint> endpoints, String name) {
    return !endpoints.isEmpty() && endpoints.getFirst().path().pool().equals(name);
  }

  private static String pools(LiveService live) {
    return live.pools().stream()
        .filter(endpoints -> !endpoints.isEmpty())
        .map(endpoints -> endpoints.getFirst().path().pool())
        .collect(Collectors.joining(", "));
  }
}
