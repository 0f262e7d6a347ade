package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What becomes of an override by itself: it begins, it ends, it was never approved.
final class OverrideTurns {
  private OverrideTurns() {}

  /// Keeps what is left of the override and tells of what turned.
  ///
  /// @param told up to when it was told what began
  static void turn(
      OverridePath path,
      OperatorOverride override,
      Instant told,
      Instant now,
      Overrides overrides,
      Chronicle chronicle) {
    OperatorOverride left = override.remaining(now);
    Instant starts = override.starts();
    boolean began = starts != null && starts.isAfter(told) && override.isInForce(now);
    if (began) {
      tell(path, override, "", "began", override.reason(), override.author(), chronicle);
    }
    if (left == null) {
      overrides.clear(path);
      chronicle.overrideCleared(path);
    } else if (!left.equals(override)) {
      overrides.set(path, left);
      chronicle.overrideSet(path, left);
    }
    if (left == null || left.equals(override.meanwhile())) {
      tell(
          path, override, "", ended(override), how(override, left, now), Chronicle.SELF, chronicle);
    }
  }

  /// What an event says that became of one that is gone.
  static String ended(OperatorOverride override) {
    return switch (override.purpose()) {
      case ORDER -> "cleared";
      case DRILL, MAINTENANCE -> "ended";
    };
  }

  private static String how(
      OperatorOverride override, @Nullable OperatorOverride left, Instant now) {
    if (override.vetting().awaited()) {
      return "nobody approved it in time";
    }
    String how =
        override.purpose() == OperatorOverride.Purpose.ORDER
            ? "it expired"
            : "it lasted " + seconds(override, now);
    return left == null ? how : how + "; what was said before is in force again: " + said(left);
  }

  private static String seconds(OperatorOverride override, Instant now) {
    Instant from = override.starts() == null ? override.since() : override.starts();
    return Duration.between(from, now).toSeconds() + " s";
  }

  private static String said(OperatorOverride override) {
    return OperatorCommands.said(override);
  }

  /// Notes an event about one.
  static void tell(
      OverridePath path,
      OperatorOverride override,
      String from,
      String to,
      String reason,
      String author,
      Chronicle chronicle) {
    chronicle.event(path.service(), kind(override), path.toString(), from, to, reason, author);
  }

  /// The kind of the events about it.
  static String kind(OperatorOverride override) {
    return switch (override.purpose()) {
      case ORDER -> "override";
      case DRILL, MAINTENANCE -> override.purpose().name().toLowerCase(Locale.ROOT);
    };
  }
}
