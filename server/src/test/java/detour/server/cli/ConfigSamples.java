package detour.server.cli;

import detour.server.api.ClusterReport;
import detour.server.api.ClusterReport.Configuration;
import detour.server.api.ClusterReport.Node;
import detour.server.api.ConfigurationText;
import detour.server.api.RevisionReport;
import detour.server.api.RevisionsReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Revisions and nodes for the views of a cluster's configuration.
final class ConfigSamples {
  static final ConfigurationText BEFORE =
      new ConfigurationText(
          "site.yaml",
          """
          zones:
            - { name: example.com, file: zones/example.com.zone }
          services:
            - name: www.example.com
              pools:
                - endpoints: [192.0.2.10]
          """,
          Map.of("zones/example.com.zone", "@ NS ns1\n", "zones/old.zone", "; old\n"));

  static final ConfigurationText AFTER =
      new ConfigurationText(
          "site.yaml",
          BEFORE.document().replace("192.0.2.10", "192.0.2.11"),
          Map.of("zones/example.com.zone", "@ NS ns1\n", "zones/new.zone", "; new\n"));

  private ConfigSamples() {}

  static RevisionsReport revisions() {
    return new RevisionsReport(
        List.of(
            revision(9, "bob", "roll back to 7: the new backends are slow", true),
            revision(8, "alice", "new backends", false),
            revision(7, "carol", "another mail server", false)));
  }

  private static RevisionReport revision(
      long number, String author, String comment, boolean current) {
    return new RevisionReport(
        number,
        author,
        Instant.parse("2026-11-22T10:00:00Z").plusSeconds(600 * number),
        comment,
        "abc",
        1_234,
        current,
        null);
  }

  /// One node for each thing that can be.
  static ClusterReport cluster() {
    return new ClusterReport(
        "default",
        "ams1",
        Instant.parse("2026-11-22T12:00:00Z"),
        true,
        0.4,
        false,
        null,
        0,
        List.of(
            node("ams1", "PRESENT", new Configuration(9, 0, "")),
            node(
                "fra1",
                "PRESENT",
                new Configuration(
                    8,
                    9,
                    "site.yaml:12:14: services[3]: there is no vantage or region 'nyc1' in the"
                        + " cluster; known: ams1, fra1")),
            node("lon1", "PRESENT", new Configuration(8, 0, "")),
            node("nyc1", "ABSENT", new Configuration(7, 0, "")),
            node("tyo1", "PRESENT", null),
            node("waits", "PRESENT", new Configuration(0, 0, ""))),
        List.of());
  }

  private static Node node(String name, String presence, @Nullable Configuration configuration) {
    return new Node(
        name,
        "eu",
        "both",
        "0.1.0",
        presence,
        "",
        null,
        1.0,
        0.0,
        7,
        null,
        "",
        12,
        0,
        true,
        "",
        configuration);
  }
}
