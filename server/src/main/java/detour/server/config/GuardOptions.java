package detour.server.config;

import detour.failover.model.Check;
import detour.failover.model.Destination;
import detour.failover.model.GuardPolicy;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Share;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The keys of `guard`: when this vantage does not trust what it sees.
final class GuardOptions {
  private static final GuardPolicy DEFAULT = GuardPolicy.DEFAULT;

  private static final Option<Mode> MODE =
      Option.withDefault(
          "mode",
          new OptionType.Choice<>(Mode.class),
          Mode.ON,
          "Whether there is a guard: with `off` every failure is believed, even when all fail at"
              + " once.");
  private static final Option<Integer> QUORUM =
      Option.withDefault(
          "quorum",
          new OptionType.Whole(1, 100),
          DEFAULT.quorum(),
          "So many canaries must pass for a failure of an endpoint to be believed.");
  private static final Option<Duration> WINDOW =
      Option.withDefault(
          "window",
          new OptionType.Span(Duration.ofSeconds(1), Duration.ofHours(1)),
          DEFAULT.window(),
          "A decision that has waited so long for a witness raises the alarm.");
  private static final Option<Share> SHARE =
      Option.withDefault(
          "share",
          TextForms.share(),
          Share.percent(DEFAULT.sharePercent()),
          "Without canaries: when such a percentage of the destinations that were well fail and"
              + " none passes, the alarm is raised at once.");
  private static final Option<Integer> MIN_TARGETS =
      Option.withDefault(
          "min_targets",
          new OptionType.Whole(2, 1_000_000),
          DEFAULT.minTargets(),
          "Without canaries: with fewer destinations that are well every failure is believed.");
  private static final Option<Duration> RESUME_AFTER =
      Option.withDefault(
          "resume_after",
          new OptionType.Span(Duration.ZERO, Duration.ofHours(1)),
          DEFAULT.resumeAfter(),
          "For so long witnesses must pass again before results count again.");

  private GuardOptions() {}

  private enum Mode {
    ON,
    OFF
  }

  static Option<GuardPolicy> option(OptionType.Tagged<CheckForm> check) {
    Option<List<Check>> canaries =
        Option.withDefault(
            "canaries",
            new OptionType.Items<>(new OptionType.Made<>(check, GuardOptions::canary), 0),
            List.of(),
            "Checks, each with a `target` of its own, that tell whether this server sees the world:"
                + " a gateway, a public resolver. With canaries the endpoints are no witnesses.");
    OptionType<GuardPolicy> type =
        new OptionType.Section<>(
            List.of(MODE, canaries, QUORUM, WINDOW, SHARE, MIN_TARGETS, RESUME_AFTER),
            values -> policy(values, values.of(canaries)));
    return Option.withDefault(
        "guard",
        type,
        DEFAULT,
        "What happens when nearly everything fails at once: then the fault is likely here, and no"
            + " health changes until witnesses pass again.");
  }

  private static Check canary(CheckForm form) {
    return switch (form) {
      case CheckForm.Probed(Check _, var dependsOn, var _) when dependsOn != null ->
          throw new IllegalArgumentException("a canary cannot depend on another check");
      case CheckForm.Probed(Check _, var _, var vantages) when vantages != null ->
          throw new IllegalArgumentException(
              "a canary is a vantage's own, so it cannot name vantages");
      case CheckForm.Probed(Check check, var _, var _) -> check;
      case CheckForm.Calculated _ ->
          throw new IllegalArgumentException("a canary is probed: it cannot be calculated");
    };
  }

  private static GuardPolicy policy(Values values, List<Check> canaries) {
    List<ProbeTarget> targets = new ArrayList<>();
    for (Check canary : canaries) {
      Destination target = canary.options().target();
      if (target == null) {
        throw new IllegalArgumentException(
            "the canary " + canary.summary() + " has no target; give it one, as target: 192.0.2.1");
      }
      ProbeTarget probed = ProbeTarget.of(canary, target);
      if (!targets.contains(probed)) {
        targets.add(probed);
      }
    }
    if (values.of(QUORUM) > Math.max(1, targets.size())) {
      throw new IllegalArgumentException(
          "quorum is %d, but there %s"
              .formatted(
                  values.of(QUORUM),
                  targets.size() == 1 ? "is 1 canary" : "are " + targets.size() + " canaries"));
    }
    if (!values.of(SHARE).percent()) {
      throw new IllegalArgumentException("share must be a percentage, as 90%");
    }
    return new GuardPolicy(
        values.of(MODE) == Mode.ON,
        targets,
        values.of(QUORUM),
        values.of(WINDOW),
        values.of(SHARE).value(),
        values.of(MIN_TARGETS),
        values.of(RESUME_AFTER));
  }
}
