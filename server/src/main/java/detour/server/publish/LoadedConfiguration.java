package detour.server.publish;

import detour.dns.zone.Zone;
import detour.failover.model.Model;
import java.util.List;

/// A configuration that was read and found valid.
///
/// @param file which file it came from, for people
/// @param model its services' positions are the service indexes that the zones were built with
/// @param warnings for people, with their places
/// @param nameServerId what clients are told that ask which server this is; empty for nothing
public record LoadedConfiguration(
    String file, Model model, List<Zone> zones, List<String> warnings, String nameServerId) {
  /// One whose server does not say which it is.
  public LoadedConfiguration(String file, Model model, List<Zone> zones, List<String> warnings) {
    this(file, model, zones, warnings, "");
  }

  public LoadedConfiguration {
    zones = List.copyOf(zones);
    warnings = List.copyOf(warnings);
  }
}
