package detour.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The option that names the configuration, for the commands that read it themselves.
final class ConfigurationOption {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration; default: ./detour.yaml, else /etc/detour/detour.yaml.")
  private @Nullable Path file;

  /// Null when none is named: then the usual places are looked at.
  @Nullable Path file() {
    return file;
  }
}
