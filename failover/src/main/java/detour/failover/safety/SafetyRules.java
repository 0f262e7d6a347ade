package detour.failover.safety;

import detour.failover.model.OverridePath;
import detour.failover.model.SafetyRule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Which safety rules speak against a change.
///
/// | rule | speaks against a change |
/// |---|---|
/// | at least n | after which fewer than n members can serve, and fewer than without it |
/// | at most n out | after which more than n members are out, and more than without it |
/// | wait | to a member within its time after a change to any member |
///
/// A change that makes nothing worse is allowed however bad things are: an operator must always be
/// able to take back what another did. Only `wait` holds that up too.
public final class SafetyRules {
  private SafetyRules() {}

  /// The objections of all rules, in their order.
  public static List<Objection> objections(List<SafetyRule> rules, SafetyCase asked) {
    List<Objection> objections = new ArrayList<>();
    for (SafetyRule rule : rules) {
      Optional<String> why =
          switch (rule) {
            case SafetyRule.AtLeast least -> tooFew(least, asked);
            case SafetyRule.AtMostOut most -> tooManyOut(most, asked);
            case SafetyRule.Wait wait -> tooSoon(wait, asked);
          };
      why.ifPresent(sentence -> objections.add(new Objection(rule.name(), sentence)));
    }
    return objections;
  }

  private static Optional<String> tooFew(SafetyRule.AtLeast rule, SafetyCase asked) {
    List<OverridePath> before = which(rule, asked.servesBefore());
    List<OverridePath> after = which(rule, asked.servesAfter());
    if (after.size() >= rule.count() || after.size() >= before.size()) {
      return Optional.empty();
    }
    return Optional.of(
        "%s of %s could serve then (%s), at least %d must"
            .formatted(
                after.isEmpty() ? "none" : after.size(),
                rule.members().size(),
                after.isEmpty() ? "all are out" : names(after),
                rule.count()));
  }

  private static Optional<String> tooManyOut(SafetyRule.AtMostOut rule, SafetyCase asked) {
    List<OverridePath> before = which(rule, asked.servesBefore().negate());
    List<OverridePath> after = which(rule, asked.servesAfter().negate());
    if (after.size() <= rule.count() || after.size() <= before.size()) {
      return Optional.empty();
    }
    return Optional.of(
        "%s would be out at once, at most %d may".formatted(names(after), rule.count()));
  }

  private static Optional<String> tooSoon(SafetyRule.Wait rule, SafetyCase asked) {
    if (rule.members().stream().noneMatch(asked.changed()::meets)) {
      return Optional.empty();
    }
    for (OverridePath member : rule.members()) {
      Instant last = asked.changedLast().apply(member);
      Duration left =
          last == null ? Duration.ZERO : Duration.between(asked.now(), last.plus(rule.time()));
      if (left.isPositive()) {
        return Optional.of(
            "%s was changed %d s ago; the next change may follow in %d s"
                .formatted(
                    member,
                    Math.max(0, Duration.between(last, asked.now()).toSeconds()),
                    left.plusNanos(999_999_999).toSeconds()));
      }
    }
    return Optional.empty();
  }

  private static List<OverridePath> which(SafetyRule rule, Predicate<OverridePath> wanted) {
    return rule.members().stream().filter(wanted).toList();
  }

  private static String names(List<OverridePath> members) {
    return members.stream().map(OverridePath::toString).collect(Collectors.joining(", "));
  }
}
