package detour.server.probe;

import detour.failover.model.CheckSettings;
import detour.failover.model.ProbeTarget;
import detour.server.options.CheckKind;
import java.net.URI;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A kind of check that can be run: its keys in the configuration, and how one probe of it goes.
public interface ProbeKind extends CheckKind {
  /// Begins one probe and returns at once, without having waited for anything. Called on
  /// `run.loop()`; the kind ends the run by [ProbeRun#pass], [ProbeRun#fail] or
  /// [ProbeRun#failed(Throwable)] on that loop. The run itself keeps the timeout.
  ///
  /// @param settings what this kind's `settings` made
  void start(CheckSettings settings, ProbeRun run);

  /// What keeps probes of this kind from being made by this process, with its cure: for a warning.
  /// Null when nothing does.
  default @Nullable String unavailable() {
    return null;
  }

  /// The values of options, by key, that a URL of this kind says besides its port and path.
  ///
  /// @throws IllegalArgumentException when the URL will not do
  default Map<String, Object> fromUrl(URI url) {
    return Map.of();
  }

  /// Whether a destination that is a host name is resolved before [#start]; where not, the run has
  /// no address.
  default boolean needsAddress() {
    return true;
  }

  /// Learns what is probed from now on, whichever kind it is of. Any thread; returns at once.
  default void probing(Set<ProbeTarget> targets) {}

  /// Ends what probes of this kind left running on this machine; probes may begin again afterwards.
  /// Waits a second at most.
  default void stop() {}

  /// The TCP port to which a tripwire may be held: an idle connection on which nothing is sent.
  /// Empty for kinds that need no connection, and for protocols in which a connection that says
  /// nothing does harm.
  ///
  /// @param settings what this kind's `settings` made
  default OptionalInt portToHold(CheckSettings settings) {
    return OptionalInt.empty();
  }
}
