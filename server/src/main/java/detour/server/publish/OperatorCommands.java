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
  private final Vetting vetting;

  OperatorCommands(Decisions decisions, SafetyDesk desk) {
    this.decisions = decisions;
    vetting = new Vetting(decisions, desk);
  }

  /// An override to be set or cleared, of which nothing here speaks against it.
  ///
  /// @param override null to clear it
  /// @param kind of the event that tells of it
  /// @param to what the event says became of the path
  /// @param why what the event says why
  record Proposal(
      OverridePath path,
      @Nullable OperatorOverride override,
      String kind,
      String to,
      String why,
      String author) {}

  private static Proposal said(
      OverridePath path,
      OperatorOverride override,
      OperatorOverride subject,
      String why,
      String author) {
    return new Proposal(
        path,
        override,
        OverrideTurns.kind(subject),
        said(subject),
        why + forced(subject.vetting().forcedPast()),
        author);
  }

  /// The end of what is said of the path: what it lies over is in force again.
  static Proposal ended(OverridePath path, OperatorOverride present, String why, String author) {
    return new Proposal(
        path, present.meanwhile(), OverrideTurns.kind(present), "ended", why, author);
  }

  /// What an event says of rules that were overruled.
  static String forced(List<String> rules) {
    return rules.isEmpty() ? "" : "; forced past the safety rule " + String.join(", ", rules);
  }

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
    Vetting.Vetted vetted = vetting.vetted(set, now);
    return said(set.path(), vetted.override(), vetted.said(), set.reason(), set.author());
  }

  /// @throws CommandRefused when it cannot be done
  Proposal propose(Command.ApproveOverride approve) {
    find(approve.path());
    OperatorOverride approved = vetting.approved(approve, decisions.chronicle().now());
    return said(
        approve.path(), approved, approved, "approved: " + approved.reason(), approve.author());
  }

  /// @throws CommandRefused when it cannot be done
  Proposal propose(Command.EndOverride end) {
    Instant now = decisions.chronicle().now();
    OperatorOverride present = vetting.present(end.path(), now);
    if (present == null) {
      find(end.path());
      throw new CommandRefused("there is nothing to end of " + end.path());
    }
    if (present.purpose() == OperatorOverride.Purpose.ORDER && present.isInForce(now)) {
      // Clearing it asks the safety rules; ending a drill or a maintenance makes nothing worse.
      throw new CommandRefused(
          "what is said of %s is no drill, no maintenance and no plan: detour clear %s"
              .formatted(end.path(), end.path()));
    }
    return ended(end.path(), present, "an operator ended it", end.author());
  }

  /// Whether safety rules had a say in it, by what was said of other paths too.
  boolean judgedByRules(Proposal proposal) {
    OperatorOverride override = proposal.override();
    boolean drill = override != null && override.purpose() == OperatorOverride.Purpose.DRILL;
    return drill || !decisions.directory().configuration().model().safeguards().rules().isEmpty();
  }

  /// @throws CommandRefused when it cannot be done
  Proposal propose(Command.ClearOverride clear) {
    OperatorOverride present = decisions.overrides().of(clear.path());
    if (present == null) {
      find(clear.path());
      throw new CommandRefused(nothingToClear(clear.path()));
    }
    List<String> forcedPast =
        vetting.forcedPast(clear.path(), null, clear.force(), decisions.chronicle().now());
    String why = because("an operator cleared it", clear.reason()) + forced(forcedPast);
    return new Proposal(
        clear.path(), null, OverrideTurns.kind(present), "cleared", why, clear.author());
  }

  /// Puts in force what was agreed on.
  void carryOut(Proposal agreed) {
    OverridePath path = agreed.path();
    OperatorOverride override = agreed.override();
    OperatorOverride before = decisions.overrides().of(path);
    if (Objects.equals(override, before)) {
      // The other nodes said so first, but not why a drill was stopped.
      if (agreed.author().equals(Chronicle.SELF)) {
        tell(agreed, before);
      }
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
        .operatorChanged(path, decisions.overrides().changed(path, decisions.chronicle().now()));
    tell(agreed, before);
    LiveService live = decisions.directory().service(path.service());
    if (live != null) {
      decisions.mark(live);
    }
  }

  private static String because(String done, String reason) {
    return reason.isEmpty() ? done : done + ": " + reason;
  }

  private void tell(Proposal agreed, @Nullable OperatorOverride before) {
    decisions
        .chronicle()
        .event(
            agreed.path().service(),
            agreed.kind(),
            agreed.path().toString(),
            before == null ? "" : before.state().name(),
            agreed.to(),
            agreed.why(),
            agreed.author());
  }

  /// The override in words, as `DRAIN until 2030-01-01T00:00:00Z`.
  static String said(OperatorOverride override) {
    Instant expires = override.expires();
    return override.state().name()
        + (override.starts() == null ? "" : " from " + override.starts())
        + (expires == null ? "" : " until " + expires)
        + (override.vetting().awaited() ? ", waits for its approval" : "");
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
