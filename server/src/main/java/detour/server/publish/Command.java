package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an operator asks for. Each carries its author, for the history.
public sealed interface Command {
  String author();

  /// Sets an override on an endpoint, or on every endpoint of a pool.
  ///
  /// @param starts null for at once
  /// @param lasts from its start, or its approval; null for until cleared
  /// @param force whether safety rules that speak against it are overruled
  record SetOverride(
      OverridePath path,
      OperatorOverride.State state,
      String reason,
      @Nullable Instant starts,
      @Nullable Duration lasts,
      OperatorOverride.Purpose purpose,
      boolean force,
      String author)
      implements Command {
    /// An order for now that overrules nothing.
    public SetOverride(
        OverridePath path,
        OperatorOverride.State state,
        String reason,
        @Nullable Duration lasts,
        String author) {
      this(path, state, reason, null, lasts, OperatorOverride.Purpose.ORDER, false, author);
    }
  }

  /// Removes the override, with all that it lies over.
  ///
  /// @param reason empty where the operator gave none
  record ClearOverride(OverridePath path, String reason, boolean force, String author)
      implements Command {
    /// One that overrules nothing, without a reason.
    public ClearOverride(OverridePath path, String author) {
      this(path, "", false, author);
    }
  }

  /// Ends a drill or a maintenance, calls off one that has not begun, or turns down what waits for
  /// an approval: what it lies over is in force again.
  record EndOverride(OverridePath path, String author) implements Command {}

  /// Approves what another operator asked for.
  record ApproveOverride(OverridePath path, boolean force, String author) implements Command {}

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

  /// Reads a configuration, and applies it whole or not at all.
  sealed interface Reconfigure extends Command {
    /// Why; empty where nobody said.
    String reason();
  }

  /// Reads the configuration file again.
  record Reload(String author, String reason) implements Reconfigure {
    public Reload(String author) {
      this(author, "");
    }
  }

  /// Reads a configuration from elsewhere than a reload does.
  record Apply(ConfigurationSource source, String author, String reason) implements Reconfigure {}
}
