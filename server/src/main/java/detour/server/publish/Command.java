package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an operator asks for. Each carries its author, for the history.
public sealed interface Command {
  String author();

  /// Sets an override on an endpoint, or on every endpoint of a pool.
  ///
  /// @param lasts null for until cleared
  record SetOverride(
      OverridePath path,
      OperatorOverride.State state,
      String reason,
      @Nullable Duration lasts,
      String author)
      implements Command {}

  /// Removes the override.
  ///
  /// @param reason empty where the operator gave none
  record ClearOverride(OverridePath path, String reason, String author) implements Command {
    public ClearOverride(OverridePath path, String author) {
      this(path, "", author);
    }
  }

  /// Approves a waiting failback.
  ///
  /// @param reason empty where the operator gave none
  record ApproveFailback(String service, String reason, String author) implements Command {
    public ApproveFailback(String service, String author) {
      this(service, "", author);
    }
  }

  /// Is carried out only while its service is decided as the operator saw it, with nothing decided
  /// in between.
  ///
  /// @param versions any of these, of [PublishedState.ServiceState#version]
  record Conditional(Command command, String service, Set<String> versions) implements Command {
    public Conditional {
      versions = Set.copyOf(versions);
    }

    @Override
    public String author() {
      return command.author();
    }
  }

  /// Reads the configuration file again and applies it whole or not at all.
  record Reload(String author) implements Command {}

  /// Reads a configuration from elsewhere than a reload does, and applies it whole or not at all.
  record Apply(ConfigurationSource source, String author) implements Command {}
}
