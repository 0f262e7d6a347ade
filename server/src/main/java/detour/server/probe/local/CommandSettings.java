package detour.server.probe.local;

import detour.failover.model.CheckSettings;
import detour.server.probe.text.Fingerprint;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a `command` check runs and how its end is read.
///
/// @param command the program's absolute path and its arguments, with `{address}` and
///   `{destination}` still in them
/// @param environment set beside what every command is given
/// @param expect text that must occur in what is kept of the output; null for any output
record CommandSettings(
    List<String> command,
    Map<String, String> environment,
    Path directory,
    ExitCodes exitCodes,
    @Nullable String expect)
    implements CheckSettings {

  CommandSettings {
    command = List.copyOf(command);
    // Sorted, because the text of equal settings must be equal, across restarts too.
    SortedMap<String, String> sorted = new TreeMap<>(environment);
    environment = Collections.unmodifiableSortedMap(sorted);
  }

  /// What exit codes mean.
  enum ExitCodes {
    /// 0 passes, everything else fails.
    ZERO,
    /// As Nagios plugins have it: 0 OK, 1 warning, 2 critical, 3 unknown.
    NAGIOS
  }

  Path program() {
    return Path.of(command.getFirst());
  }

  @Override
  public String summary() {
    return String.valueOf(program().getFileName());
  }

  /// Equal for equal settings. It is written to logs and to disk, so arguments and the environment,
  /// which may hold secrets, appear as digests.
  @Override
  public String toString() {
    return "CommandSettings[program=%s, arguments=%s, environment=%s, directory=%s, exitCodes=%s, expect=%s]"
        .formatted(
            program(),
            Fingerprint.of(command.toString()),
            Fingerprint.of(environment.toString()),
            directory,
            exitCodes,
            expect);
  }
}
