package detour.server.config;

import detour.failover.model.Check;
import detour.server.options.Placed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A check as it is written, the names in it not yet looked up.
sealed interface CheckForm {
  /// One that is probed.
  ///
  /// @param dependsOn the name of another check; null for none
  /// @param vantages the names of the vantages and regions that are asked; null for all
  record Probed(
      Check check, @Nullable Placed<String> dependsOn, @Nullable Placed<List<String>> vantages)
      implements CheckForm {}

  /// One that follows from others.
  record Calculated(CheckDeclaration declaration) implements CheckForm {}
}
