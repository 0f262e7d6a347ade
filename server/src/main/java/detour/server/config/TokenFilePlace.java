package detour.server.config;

import detour.server.options.Placed;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/// Where a configuration says that the tokens of the API are kept, read without all the rest of it:
/// for the command that makes that file.
public final class TokenFilePlace {
  private TokenFilePlace() {}

  /// @return empty when the file, or its `listen`, cannot be read, or names none
  public static Optional<Path> of(Path configuration) {
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
    if (values == null || problems.count() > 0) {
      return Optional.empty();
    }
    return Optional.ofNullable(values.of(format.listen()).api().tokenFile())
        .map(Placed::value)
        .map(file -> configuration.toAbsolutePath().resolveSibling(file).normalize());
  }
}
