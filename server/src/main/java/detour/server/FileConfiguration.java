package detour.server;

import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.config.Problem;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.publish.ConfigurationRefused;
import detour.server.publish.ConfigurationSource;
import detour.server.publish.LoadedConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The configuration file as a source of reloads.
///
/// @param started what the server was started with: what cannot change while it runs is compared
///   with this
record FileConfiguration(Configuration started) implements ConfigurationSource {
  /// Where a configuration is looked for when none is named, in this order.
  static final List<Path> USUAL_PLACES =
      List.of(Path.of("detour.yaml"), Path.of("/etc/detour/detour.yaml"));

  static Optional<Path> inUsualPlace() {
    return USUAL_PLACES.stream().filter(Files::isReadable).findFirst();
  }

  @Override
  public LoadedConfiguration load() throws ConfigurationRefused {
    return switch (ConfigurationReader.read(started.file(), ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var warnings) -> {
        List<String> texts = new ArrayList<>();
        warnings.forEach(warning -> texts.add(warning.toString()));
        texts.addAll(UnavailableKinds.warnings(valid));
        texts.addAll(leftForTheNextStart(valid));
        yield loaded(valid, texts);
      }
      case ConfigurationReader.Result.Invalid invalid ->
          throw new ConfigurationRefused(
              invalid.problems().stream().map(Problem::toString).toList());
    };
  }

  static LoadedConfiguration loaded(Configuration configuration) {
    return loaded(configuration, List.of());
  }

  private static LoadedConfiguration loaded(Configuration configuration, List<String> warnings) {
    return loaded(configuration.file().toString(), configuration, warnings);
  }

  /// @param file which it is, for people
  static LoadedConfiguration loaded(
      String file, Configuration configuration, List<String> warnings) {
    return new LoadedConfiguration(
        file,
        configuration.model(),
        configuration.zones(),
        warnings,
        Introduction.of(configuration));
  }

  /// What changed and cannot change while the server runs, for people.
  List<String> leftForTheNextStart(Configuration next) {
    List<String> changed = new ArrayList<>();
    if (!next.listen().sameSockets(started.listen())) {
      changed.add("listen");
    }
    if (!next.node().dataDir().equals(started.node().dataDir())) {
      changed.add("node.data_dir");
    }
    if (!next.node().name().equals(started.node().name())
        || next.node().role() != started.node().role()) {
      changed.add("node");
    }
    if (!Objects.equals(next.cluster(), started.cluster())) {
      changed.add("cluster");
    }
    if (!next.reporting().equals(started.reporting())) {
      changed.add("dnstap, telemetry or convergence");
    }
    return changed.stream()
        .map(key -> next.file() + ": what changed in " + key + " takes effect at the next start")
        .toList();
  }
}
