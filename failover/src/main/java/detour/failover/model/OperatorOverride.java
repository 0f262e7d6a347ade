package detour.failover.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What an operator said of an endpoint or of all endpoints of a pool; while it is in force it
/// beats the verdict.
///
/// One that starts later, waits for a second approver, or is a drill is laid over the one that was
/// there: before it begins and after it ends that one is in force, as if nothing had been laid over
/// it. So a drill reverts by itself, at every node and after a restart, without anybody's doing.
///
/// @param since when it was said
/// @param starts when it begins; null for at once
/// @param expires when it ends by itself; null for never
/// @param meanwhile what is in force while this is not; null for nothing
public record OperatorOverride(
    State state,
    String reason,
    String author,
    Instant since,
    @Nullable Instant starts,
    @Nullable Instant expires,
    Purpose purpose,
    Vetting vetting,
    @Nullable OperatorOverride meanwhile) {
  /// How long one waits for its second approver.
  public static final Duration APPROVAL_LIMIT = Duration.ofHours(1);

  /// UP and DOWN force the health; DRAIN takes the endpoint out of new answers as DOWN does, and
  /// says that it is meant to be switched off once no resolver may hold it.
  public enum State {
    UP,
    DOWN,
    DRAIN
  }

  /// What it is for.
  public enum Purpose {
    /// Somebody decides on what is.
    ORDER,
    /// Somebody tries what would be.
    DRILL,
    /// Somebody announced it.
    MAINTENANCE
  }

  /// How it was vetted before it was set.
  ///
  /// @param lapses when it is forgotten unless a second approver approves it before: until then it
  ///   is not in force; null where no approval is awaited
  /// @param approver who approved it; null for nobody, where nobody had to
  /// @param forcedPast the names of the safety rules that spoke against it, and were overruled
  public record Vetting(
      @Nullable Instant lapses, @Nullable String approver, List<String> forcedPast) {
    public static final Vetting NONE = new Vetting(null, null, List.of());

    public Vetting {
      forcedPast = List.copyOf(forcedPast);
    }

    /// Whether it waits for a second approver.
    public boolean awaited() {
      return lapses != null;
    }
  }

  /// One that is in force at once and for whose sake no rule was asked.
  public OperatorOverride(
      State state, String reason, String author, Instant since, @Nullable Instant expires) {
    this(state, reason, author, since, null, expires, Purpose.ORDER, Vetting.NONE, null);
  }

  /// The same over another.
  public OperatorOverride over(@Nullable OperatorOverride other) {
    return new OperatorOverride(
        state, reason, author, since, starts, expires, purpose, vetting, other);
  }

  /// The same, otherwise vetted.
  public OperatorOverride vetted(Vetting other) {
    return new OperatorOverride(
        state, reason, author, since, starts, expires, purpose, other, meanwhile);
  }

  /// The same at other times; what it lies over stays.
  public OperatorOverride during(@Nullable Instant from, @Nullable Instant until) {
    return new OperatorOverride(
        state, reason, author, since, from, until, purpose, vetting, meanwhile);
  }

  /// The same by a clock that is so far behind: all that is to come, in every layer, comes earlier
  /// by it. When it was said stays what whoever said it saw.
  public OperatorOverride earlier(Duration by) {
    Vetting vetted = new Vetting(earlier(vetting.lapses, by), vetting.approver, vetting.forcedPast);
    return during(earlier(starts, by), earlier(expires, by))
        .vetted(vetted)
        .over(meanwhile == null ? null : meanwhile.earlier(by));
  }

  private static @Nullable Instant earlier(@Nullable Instant at, Duration by) {
    return at == null ? null : at.minus(by);
  }

  /// What of this is in force; null for nothing.
  public @Nullable OperatorOverride inForce(Instant now) {
    if (isInForce(now)) {
      return this;
    }
    return meanwhile == null ? null : meanwhile.inForce(now);
  }

  /// When it is forgotten unless somebody approves it before; null where no approval is awaited.
  public @Nullable Instant lapses() {
    return vetting.awaited() ? end() : null;
  }

  /// Whether the uppermost layer is.
  public boolean isInForce(Instant now) {
    boolean begun = !vetting.awaited() && (starts == null || !now.isBefore(starts));
    return begun && !isOver(now);
  }

  /// This without the parts that will not be in force again; null when nothing is left.
  public @Nullable OperatorOverride remaining(Instant now) {
    OperatorOverride below = meanwhile == null ? null : meanwhile.remaining(now);
    if (isOver(now)) {
      return below;
    }
    return Objects.equals(below, meanwhile) ? this : over(below);
  }

  /// When [#inForce] or [#remaining] may next become something else; null for never.
  public @Nullable Instant nextTurn(Instant after) {
    Instant next = meanwhile == null ? null : meanwhile.nextTurn(after);
    next = earlier(next, starts, after);
    return earlier(next, end(), after);
  }

  private boolean isOver(Instant now) {
    Instant end = end();
    return end != null && !now.isBefore(end);
  }

  private @Nullable Instant end() {
    Instant lapses = vetting.lapses;
    if (lapses == null) {
      return expires;
    }
    return expires != null && expires.isBefore(lapses) ? expires : lapses;
  }

  private static @Nullable Instant earlier(
      @Nullable Instant known, @Nullable Instant other, Instant after) {
    if (other == null || !other.isAfter(after)) {
      return known;
    }
    return known == null || other.isBefore(known) ? other : known;
  }
}
