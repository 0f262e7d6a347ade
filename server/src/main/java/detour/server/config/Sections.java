package detour.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/// Which sections of a configuration are each node's own, and which the nodes of a cluster share
/// where their configuration comes from the store.
final class Sections {
  /// What differs from node to node, or is needed to reach the store.
  static final Set<String> OWN =
      Set.of("node", "listen", "cluster", "dnstap", "telemetry", "convergence");

  private static final String CLUSTER = "cluster";
  private static final String CONFIGURATION = "configuration";
  private static final String STORE = "store";

  private Sections() {}

  /// Whether the document says that all but a node's own sections come from the store.
  static boolean comeFromStore(Node root) {
    for (NodeTuple section : tuples(root)) {
      if (key(section).equals(CLUSTER)) {
        for (NodeTuple entry : tuples(section.getValueNode())) {
          if (key(entry).equals(CONFIGURATION)) {
            return entry.getValueNode() instanceof ScalarNode said && said.getValue().equals(STORE);
          }
        }
      }
    }
    return false;
  }

  /// Whether a problem at this place of a document is one of a node's own sections.
  static boolean isOwn(String path) {
    int end = 0;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    return OWN.contains(path.substring(0, end));
  }

  /// The document without the sections that are not to be kept. What is no mapping stays as it is.
  static Node only(Node root, Predicate<String> kept) {
    return root instanceof MappingNode mapping
        ? with(mapping, tuples(root).stream().filter(tuple -> kept.test(key(tuple))).toList())
        : root;
  }

  /// One document of a node's own sections and the shared ones.
  ///
  /// @param shared a mapping
  static Node joined(Node own, MappingNode shared) {
    List<NodeTuple> all = new ArrayList<>(tuples(only(own, OWN::contains)));
    all.addAll(tuples(only(shared, key -> !OWN.contains(key))));
    return with(shared, all);
  }

  static List<NodeTuple> tuples(Node node) {
    return node instanceof MappingNode mapping ? mapping.getValue() : List.of();
  }

  /// The key of an entry; empty where it is no word.
  static String key(NodeTuple tuple) {
    return tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
  }

  private static MappingNode with(MappingNode like, List<NodeTuple> tuples) {
    return new MappingNode(
        like.getTag(), true, tuples, like.getFlowStyle(), like.getStartMark(), like.getEndMark());
  }
}
