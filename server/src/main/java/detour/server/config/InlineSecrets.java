package detour.server.config;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// Finds passwords and tokens that stand in a document which is to be shared: it is kept in the
/// cluster's store, in its history and on each node's disk, where no secret belongs.
final class InlineSecrets {
  private static final Map<String, String> INSTEAD =
      Map.of("password", "password_file", "token", "token_file");
  private static final Set<String> TELLING =
      Set.of("authorization", "proxy-authorization", "cookie");
  private static final int DEEPEST = 64;

  private final Problems problems;
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private InlineSecrets(Problems problems) {
    this.problems = problems;
  }

  static void report(Node root, Problems problems) {
    new InlineSecrets(problems).look(root, "", 0);
  }

  private void look(Node node, String path, int depth) {
    if (depth > DEEPEST || !seen.add(node)) {
      return;
    }
    for (NodeTuple entry : Sections.tuples(node)) {
      String key = Sections.key(entry);
      if (entry.getValueNode() instanceof ScalarNode value) {
        scalar(key, value, path);
      } else {
        look(entry.getValueNode(), path.isEmpty() ? key : path + "." + key, depth + 1);
      }
    }
    if (node instanceof SequenceNode list) {
      for (int i = 0; i < list.getValue().size(); i++) {
        look(list.getValue().get(i), path + "[" + i + "]", depth + 1);
      }
    }
  }

  private void scalar(String key, ScalarNode value, String path) {
    String instead = INSTEAD.get(key);
    if (instead != null && !value.getValue().isEmpty()) {
      problems.report(
          YamlDocument.place(value, path),
          "%s is a secret, and what is pushed can be read in the cluster's store: put it into a file on each node and name that with %s"
              .formatted(key, instead),
          "a secret",
          instead);
    } else if (TELLING.contains(key.toLowerCase(Locale.ROOT))) {
      problems.warn(
          YamlDocument.place(value, path),
          "the header " + key + " often carries a secret, and can be read in the cluster's store");
    }
  }
}
