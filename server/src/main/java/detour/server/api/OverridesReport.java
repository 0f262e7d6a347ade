package detour.server.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What operators said and is not over: in force, announced, or waiting for its approval.
///
/// @param targets by their names
public record OverridesReport(Instant at, List<Target> targets) {

  /// What is said of one target.
  ///
  /// @param target `service/pool` or `service/pool/endpoint`
  /// @param layers the uppermost first: each is in force while those above it are not
  public record Target(String target, List<Layer> layers) {}

  /// One thing that was said.
  ///
  /// @param state `up`, `down` or `drain`
  /// @param purpose `order`, `drill` or `maintenance`
  /// @param inForce whether it is what counts at this moment
  /// @param since when it was said
  /// @param starts null for at once
  /// @param expires null for until cleared
  /// @param awaited whether it waits for a second approver
  /// @param lapses when it is forgotten unless somebody approves it before; null where nobody has
  ///   to
  /// @param approver null where nobody had to approve it, or nobody has yet
  /// @param forcedPast the names of the safety rules that were overruled
  public record Layer(
      String state,
      String purpose,
      boolean inForce,
      String reason,
      String author,
      Instant since,
      @Nullable Instant starts,
      @Nullable Instant expires,
      boolean awaited,
      @Nullable Instant lapses,
      @Nullable String approver,
      List<String> forcedPast) {}
}
