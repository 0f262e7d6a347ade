package detour.server.config;

import detour.failover.model.OverridePath;
import detour.failover.model.SafetyRule;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import detour.server.options.Values;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// The keys of `safety`: what operators must not do by accident.
///
/// @param rules in their order, each with its place
record SafetyDeclaration(List<Placed<SafetyRule>> rules) {
  static final SafetyDeclaration NONE = new SafetyDeclaration(List.of());

  private static final Option<String> NAME =
      Option.required("name", TextForms.name(), "By which a refusal names the rule.");
  private static final Option<List<OverridePath>> MEMBERS =
      Option.required(
          "of",
          new OptionType.Many<>(
              new OptionType.Text<>(
                  "service/pool or service/pool/endpoint",
                  OverridePath::parse,
                  "^[^/]+/[^/]+(/[^/]+)?$")),
          "The pools and endpoints that the rule is about: `service/pool` or"
              + " `service/pool/endpoint`.");
  private static final Option<Integer> AT_LEAST =
      Option.optional(
          "at_least",
          new OptionType.Whole(1, 10_000),
          "So many of them must be able to serve after a change.");
  private static final Option<Integer> AT_MOST_OUT =
      Option.optional(
          "at_most_out",
          new OptionType.Whole(1, 10_000),
          "So many of them may be out at once, taken out or failed: 1 for never two at once.");
  private static final Option<Duration> WAIT =
      Option.optional(
          "wait",
          new OptionType.Span(Duration.ofSeconds(1), Duration.ofDays(7)),
          "So long after a change to any of them no other change to any of them.");
  private static final Option<List<Placed<SafetyRule>>> RULES =
      Option.withDefault(
          "rules",
          new OptionType.Items<>(
              new OptionType.Located<>(
                  new OptionType.Section<>(
                      List.of(NAME, MEMBERS, AT_LEAST, AT_MOST_OUT, WAIT),
                      SafetyDeclaration::rule)),
              0),
          List.of(),
          "What is asked before an override, a drill or a maintenance. Each has exactly one of"
              + " `at_least`, `at_most_out` and `wait`.");

  static Option<SafetyDeclaration> option() {
    return Option.withDefault(
        "safety",
        new OptionType.Section<>(List.of(RULES), values -> new SafetyDeclaration(values.of(RULES))),
        NONE,
        "What operators must not do by accident. Health that changes by itself is never held up.");
  }

  private static SafetyRule rule(Values values) {
    Integer least = values.orNull(AT_LEAST);
    Integer most = values.orNull(AT_MOST_OUT);
    Duration wait = values.orNull(WAIT);
    List<OverridePath> members = values.of(MEMBERS);
    if (Stream.of(least, most, wait).filter(Objects::nonNull).count() != 1) {
      throw new IllegalArgumentException("give it exactly one of at_least, at_most_out and wait");
    }
    Integer count = least != null ? least : most;
    if (count != null && count > members.size()) {
      throw new IllegalArgumentException(
          "it speaks of %d, but there %s"
              .formatted(
                  count, members.size() == 1 ? "is 1 in of" : "are " + members.size() + " in of"));
    }
    if (values.of(NAME).equals("drill")) {
      throw new IllegalArgumentException("the rule that every drill obeys is called drill");
    }
    return least != null
        ? new SafetyRule.AtLeast(values.of(NAME), least, members)
        : most != null
            ? new SafetyRule.AtMostOut(values.of(NAME), most, members)
            : new SafetyRule.Wait(
                values.of(NAME), Objects.requireNonNull(wait, "checked above"), members);
  }
}
