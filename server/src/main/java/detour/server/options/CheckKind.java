package detour.server.options;

import detour.failover.model.CheckSettings;
import java.util.List;

/// A kind of check as the configuration sees it: its name and its own keys, beside those that every
/// check has.
public interface CheckKind {
  /// As written after `type:`.
  String name();

  /// One sentence for the reference page.
  String doc();

  /// The keys of this kind alone; `type`, `interval`, `timeout` and the thresholds are the
  /// reader's.
  List<Option<?>> options();

  /// @throws IllegalArgumentException for what only the whole can show to be wrong
  CheckSettings settings(Values values);
}
