package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OperatorOverride.Purpose;
import detour.failover.model.OverridePath;
import detour.failover.safety.Objection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an operator's wish becomes once it was vetted: what it lies over, who has to approve it,
/// and which rules it was forced past. Publish thread only.
final class Vetting {
  private static final Duration LONGEST_DRILL = Duration.ofDays(1);
  private static final String NO_TOKEN = "api@";

  private final Decisions decisions;
  private final SafetyDesk desk;

  Vetting(Decisions decisions, SafetyDesk desk) {
    this.decisions = decisions;
    this.desk = desk;
  }

  /// What may be put in the place of what was said.
  ///
  /// @param said the part of it that is new
  record Vetted(OperatorOverride override, OperatorOverride said) {}

  /// The override that is to be put in the place of what is said of the path now.
  ///
  /// @throws CommandRefused when a rule speaks against it, or its times make no sense
  Vetted vetted(Command.SetOverride set, Instant now) {
    checkTimes(set, now);
    Instant from = set.starts() == null ? now : set.starts();
    boolean awaited = secondApprovers().contains(set.path().service());
    OperatorOverride wanted =
        new OperatorOverride(
            set.state(),
            set.reason(),
            set.author(),
            now,
            set.starts(),
            set.lasts() == null ? null : from.plus(set.lasts()),
            set.purpose(),
            OperatorOverride.Vetting.NONE,
            null);
    OperatorOverride laid = laid(set.path(), wanted, awaited, now);
    List<String> forcedPast = forcedPast(set.path(), laid, set.force(), now);
    OperatorOverride.Vetting vetting =
        new OperatorOverride.Vetting(
            awaited ? now.plus(OperatorOverride.APPROVAL_LIMIT) : null, null, forcedPast);
    OperatorOverride said = wanted.vetted(vetting);
    // A plan that stays lies over what is ordered meanwhile.
    return wanted.equals(laid.meanwhile())
        ? new Vetted(laid.over(said), said)
        : new Vetted(laid.vetted(vetting), said);
  }

  private static void checkTimes(Command.SetOverride set, Instant now) {
    Duration lasts = set.lasts();
    if (set.starts() != null && !set.starts().isAfter(now)) {
      throw new CommandRefused("it is " + now + ": a start at " + set.starts() + " has passed");
    }
    if (set.purpose() != Purpose.ORDER && lasts == null) {
      throw new CommandRefused(
          "a drill or a maintenance must end by itself: say how long, as --for 30m");
    }
    if (set.purpose() == Purpose.MAINTENANCE && set.state() == OperatorOverride.State.UP) {
      throw new CommandRefused("a maintenance takes something out; it sets nothing up");
    }
    if (set.purpose() == Purpose.DRILL) {
      if (set.state() != OperatorOverride.State.DOWN) {
        throw new CommandRefused("a drill pretends that something is down, nothing else");
      }
      if (lasts != null && lasts.compareTo(LONGEST_DRILL) > 0) {
        throw new CommandRefused("a drill lasts a day at most");
      }
    }
  }

  /// What was said is kept where the new does not take its place: a plan stays a plan when
  /// something is ordered meanwhile, and what a drill interrupts comes back.
  private OperatorOverride laid(
      OverridePath path, OperatorOverride wanted, boolean awaited, Instant now) {
    OperatorOverride present = present(path, now);
    boolean layered = awaited || wanted.starts() != null || wanted.purpose() != Purpose.ORDER;
    if (present == null) {
      return wanted;
    }
    boolean pending = !present.isInForce(now);
    if (!layered) {
      return pending ? present.over(wanted) : wanted;
    }
    if (pending || present.meanwhile() != null || present.purpose() == Purpose.DRILL) {
      throw new CommandRefused(
          "of %s there is already %s; end that first: detour end %s"
              .formatted(path, described(present), path));
    }
    return wanted.over(present);
  }

  private static String described(OperatorOverride present) {
    String what =
        switch (present.purpose()) {
          case ORDER -> "an override";
          case DRILL -> "a drill";
          case MAINTENANCE -> "a maintenance";
        };
    return what
        + " by "
        + present.author()
        + (present.vetting().awaited() ? " that waits for its approval" : "");
  }

  /// @throws CommandRefused when it cannot be done
  OperatorOverride approved(Command.ApproveOverride approve, Instant now) {
    OperatorOverride present = present(approve.path(), now);
    Instant lapses = present == null ? null : present.vetting().lapses();
    if (present == null || lapses == null) {
      throw new CommandRefused("nothing waits for an approval of " + approve.path());
    }
    if (person(present.author()).equalsIgnoreCase(person(approve.author()))) {
      throw new CommandRefused(
          "%s asked for it: somebody else must approve it".formatted(present.author()));
    }
    // Without a start of its own, it begins now and lasts as long as was asked for. When that was
    // by this node's clock follows from when it lapses.
    Instant expires = present.expires();
    Instant asked = lapses.minus(OperatorOverride.APPROVAL_LIMIT);
    OperatorOverride begins =
        present.starts() == null && expires != null
            ? present.during(null, now.plus(Duration.between(asked, expires)))
            : present;
    List<String> before = present.vetting().forcedPast();
    List<String> forcedPast =
        forcedPast(approve.path(), begins, approve.force() || !before.isEmpty(), now);
    return begins.vetted(
        new OperatorOverride.Vetting(
            null, approve.author(), forcedPast.isEmpty() ? before : forcedPast));
  }

  /// Who an author is: of `bob (alice@192.0.2.7)` alice, whose token was shown, whatever she calls
  /// herself and wherever she is. Where no token was shown, `bob (api@127.0.0.1)`, it is whom the
  /// author claims to be.
  static String person(String author) {
    int open = author.endsWith(")") ? author.lastIndexOf('(') : -1;
    String proven = open < 0 ? author : author.substring(open + 1, author.length() - 1);
    int at = proven.lastIndexOf('@');
    if (at > 0 && !proven.startsWith(NO_TOKEN)) {
      return proven.substring(0, at);
    }
    return open > 0 ? author.substring(0, open).strip() : author;
  }

  /// Asks the rules.
  ///
  /// @return the names of those that were overruled
  /// @throws CommandRefused when one speaks against it and is not overruled
  List<String> forcedPast(
      OverridePath path, @Nullable OperatorOverride wanted, boolean force, Instant now) {
    List<Objection> objections = desk.objections(path, wanted, now);
    if (!objections.isEmpty() && !force) {
      throw new CommandRefused(
          objections.stream().map(Objection::toString).collect(Collectors.joining("; "))
              + "; --force overrules it, and is recorded");
    }
    return objections.stream().map(Objection::rule).toList();
  }

  /// What is said of the path and not over yet; null for nothing.
  @Nullable OperatorOverride present(OverridePath path, Instant now) {
    OperatorOverride said = decisions.overrides().of(path);
    return said == null ? null : said.remaining(now);
  }

  private Set<String> secondApprovers() {
    return decisions.directory().configuration().model().safeguards().secondApprovers();
  }
}
