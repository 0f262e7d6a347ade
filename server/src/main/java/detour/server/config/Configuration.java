package detour.server.config;

import detour.dns.zone.Zone;
import detour.failover.model.Check;
import detour.failover.model.Model;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything a configuration file and the zone files it names say, checked as a whole.
///
/// @param file the YAML file
/// @param cluster null for a node on its own
/// @param reporting what this node tells other programs of its own accord
/// @param checks the named checks that are probed, in the order of the file
/// @param model its services are those of the file, in order; a zone holds each under its position
///   there as service index
/// @param zones built, in the order of the file
/// @param sources every file that was read: the YAML file first, then zone files and what they
///   include
public record Configuration(
    Path file,
    NodeSettings node,
    ListenSettings listen,
    @Nullable ClusterSettings cluster,
    Reporting reporting,
    Map<String, Check> checks,
    Model model,
    List<Zone> zones,
    List<Path> sources) {
  /// Whom this node tells what of its own accord, and whom it asks; null for nobody.
  public record Reporting(
      @Nullable DnstapSettings dnstap,
      @Nullable TelemetrySettings telemetry,
      @Nullable ConvergenceSettings convergence) {}

  public Configuration {
    checks = Collections.unmodifiableMap(new LinkedHashMap<>(checks));
    zones = List.copyOf(zones);
    sources = List.copyOf(sources);
  }
}
