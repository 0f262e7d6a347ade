package detour.server.publish;

import detour.dns.answer.ServerOptions;
import detour.dns.zone.Zone;
import detour.failover.model.Model;
import java.util.List;

/// A configuration that was read and found valid.
///
/// @param file which file it came from, for people
/// @param model its services' positions are the service indexes that the zones were built with
/// @param warnings for people, with their places
/// @param server what clients are told that ask the server about itself, and how it knows them
public record LoadedConfiguration(
    String file, Model model, List<Zone> zones, List<String> warnings, ServerOptions server) {
  /// One whose server does not say which it is.
  public LoadedConfiguration(String file, Model model, List<Zone> zones, List<String> warnings) {
    this(file, model, zones, warnings, ServerOptions.NONE);
  }

  public LoadedConfiguration {
    zones = List.copyOf(zones);
    warnings = List.copyOf(warnings);
  }
}
