package detour.server.config;

import detour.server.options.Placed;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/// What a configuration says under `listen`, read without all the rest of it: for commands that
/// only want to ask that server, or to make a file that it names.
public final class ListenSection {
  private ListenSection() {}

  /// Where DNS is answered.
  ///
  /// @return at least one; empty when the file, or its `listen`, cannot be read
  public static List<InetSocketAddress> dns(Path configuration) {
    return read(configuration).map(listen -> listen.settings().dns()).orElse(List.of());
  }

  /// Where the tokens of the API are kept.
  ///
  /// @return empty when the file, or its `listen`, cannot be read, or names none
  public static Optional<Path> tokenFile(Path configuration) {
    return read(configuration)
        .flatMap(listen -> Optional.ofNullable(listen.api().tokenFile()))
        .map(Placed::value)
        .map(file -> configuration.toAbsolutePath().resolveSibling(file).normalize());
  }

  private static Optional<ListenDeclaration> read(Path configuration) {
    Problems problems = new Problems(configuration.toString());
    Node root = YamlDocument.read(configuration, problems);
    if (root == null) {
      return Optional.empty();
    }
    ConfigurationFormat format = ConfigurationFormat.of(List.of());
    BoundValues values =
        new Binder(problems)
            .values(
                Sections.only(root, format.listen().key()::equals),
                List.of(format.listen()),
                "",
                null);
    return values == null || problems.count() > 0
        ? Optional.empty()
        : Optional.of(values.of(format.listen()));
  }
}
