package detour.server.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/// Where a configuration says that DNS is answered, read without all the rest of it: for those who
/// only want to ask that server.
public final class ListenAddresses {
  private ListenAddresses() {}

  /// @return at least one; empty when the file, or its `listen`, cannot be read
  public static List<InetSocketAddress> ofDns(Path file) {
    Problems problems = new Problems(file.toString());
    Node root = YamlDocument.read(file, problems);
    if (root == null) {
      return List.of();
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
        ? List.of()
        : values.of(format.listen()).settings().dns();
  }
}
