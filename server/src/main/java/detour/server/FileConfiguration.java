package detour.server;

import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.config.Problem;
import detour.server.probe.ProbeKinds;
import detour.server.publish.ConfigurationRefused;
import detour.server.publish.ConfigurationSource;
import detour.server.publish.LoadedConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The configuration file as a source of reloads.
record FileConfiguration(Path file) implements ConfigurationSource {
  /// Where a configuration is looked for when none is named, in this order.
  static final List<Path> USUAL_PLACES =
      List.of(Path.of("detour.yaml"), Path.of("/etc/detour/detour.yaml"));

  static Optional<Path> inUsualPlace() {
    return USUAL_PLACES.stream().filter(Files::isReadable).findFirst();
  }

  @Override
  public LoadedConfiguration load() throws ConfigurationRefused {
    return switch (ConfigurationReader.read(file, ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid valid -> loaded(valid.configuration());
      case ConfigurationReader.Result.Invalid invalid ->
          throw new ConfigurationRefused(
              invalid.problems().stream().map(Problem::toString).toList());
    };
  }

  static LoadedConfiguration loaded(Configuration configuration) {
    return new LoadedConfiguration(
        configuration.file().toString(), configuration.model(), configuration.zones(), List.of());
  }
}
