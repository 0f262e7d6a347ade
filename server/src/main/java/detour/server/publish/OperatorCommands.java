package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.selection.Selection;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Carries out what operators ask for, or says why not. Publish thread only.
final class OperatorCommands {
  private static final int SERVICES_NAMED = 20;

  private final Decisions decisions;

  OperatorCommands(Decisions decisions) {
    this.decisions = decisions;
  }

  /// An override to be set or cleared, of which nothing here speaks against it.
  ///
  /// @param override null to clear it
  /// @param reason why, for the history
  record Proposal(
      OverridePath path, @Nullable OperatorOverride override, String reason, String author) {}

  /// @throws CommandRefused when it cannot be done
  Proposal propose(Command.SetOverride set) {
    find(set.path());
    if (set.reason().isBlank()) {
      throw new CommandRefused("an override needs a reason: --reason \"...\"");
    }
    if (set.lasts() != null && !set.lasts().isPositive()) {
      throw new CommandRefused("an override must last longer than " + set.lasts());
    }
    Instant now = decisions.chronicle().now();
    Instant expires = set.lasts() == null ? null : now.plus(set.lasts());
    return new Proposal(
        set.path(),
        new OperatorOverride(set.state(), set.reason(), set.author(), now, expires),
        set.reason(),
        set.author());
  }

  /// @throws CommandRefused when it cannot be done
  Proposal propose(Command.ClearOverride clear) {
    if (decisions.overrides().of(clear.path()) == null) {
      find(clear.path());
      throw new CommandRefused(nothingToClear(clear.path()));
    }
    return new Proposal(
        clear.path(), null, because("an operator cleared it", clear.reason()), clear.author());
  }

  /// Puts in force what was agreed on.
  void carryOut(Proposal agreed) {
    OverridePath path = agreed.path();
    OperatorOverride override = agreed.override();
    OperatorOverride before = decisions.overrides().of(path);
    if (Objects.equals(override, before)) {
      // The other nodes said so first.
      return;
    }
    if (override == null) {
      decisions.overrides().clear(path);
      decisions.chronicle().overrideCleared(path);
    } else {
      decisions.overrides().set(path, override);
      decisions.chronicle().overrideSet(path, override);
    }
    decisions
        .chronicle()
        .event(
            path.service(),
            "override",
            path.toString(),
            before == null ? "" : before.state().name(),
            override == null ? "cleared" : said(override),
            agreed.reason(),
            agreed.author());
    LiveService live = decisions.directory().service(path.service());
    if (live != null) {
      decisions.mark(live);
    }
  }

  private static String because(String done, String reason) {
    return reason.isEmpty() ? done : done + ": " + reason;
  }

  /// The override in words, as `DRAIN until 2030-01-01T00:00:00Z`.
  static String said(OperatorOverride override) {
    Instant expires = override.expires();
    return override.state().name() + (expires == null ? "" : " until " + expires);
  }

  private String nothingToClear(OverridePath path) {
    OverridePath pool = new OverridePath(path.service(), path.pool(), null);
    boolean onPool = path.endpoint() != null && decisions.overrides().of(pool) != null;
    return "there is no override on "
        + path
        + (onPool ? "; there is one on its whole pool: detour clear " + pool : "");
  }

  /// @throws CommandRefused when none waits; nothing has changed then
  void approveFailback(Command.ApproveFailback approve) {
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
            because("an operator approved the failback", approve.reason()),
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
