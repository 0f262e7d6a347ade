package detour.server.cluster.configuration;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Under which keys a cluster keeps its configurations.
///
/// Texts stand beside the cluster's other keys, not among them: every node holds all of those in
/// memory. No cluster can have a name of that form, for a colon in a name is encoded.
///
/// @param revisions what the keys of revisions begin with
/// @param texts what the keys of texts begin with
record ConfigurationKeys(String revisions, String texts) {
  static ConfigurationKeys of(String cluster) {
    String root = "/detour/" + URLEncoder.encode(cluster, StandardCharsets.UTF_8);
    return new ConfigurationKeys(root + "/config/", root + ":config/");
  }

  /// Which revision all nodes shall run.
  String current() {
    return revisions + "current";
  }

  String history() {
    return revisions + "history/";
  }

  String history(long number) {
    return history() + number;
  }

  String text(long number) {
    return texts + number;
  }
}
