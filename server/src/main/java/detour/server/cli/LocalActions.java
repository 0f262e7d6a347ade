package detour.server.cli;

import detour.server.api.CheckReport;
import detour.server.api.ConfigurationText;
import detour.server.zones.ZoneContent;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The commands that need the server's own machinery instead of a running server. Those that return
/// an int return the exit code, print what they have to say themselves, and may throw
/// [CommandFailed] instead.
public interface LocalActions {
  /// Runs the server until it is told to end.
  ///
  /// @param configuration null to look in the usual places
  int run(@Nullable Path configuration);

  /// Reports every problem of a configuration.
  ///
  /// @param configuration null to look in the usual places
  int validate(@Nullable Path configuration);

  /// Writes a commented configuration and zone to start from.
  ///
  /// @param overwrite replace files that exist; without it they are an error
  int init(Path folder, boolean overwrite);

  /// Where a configuration says that the tokens of the API are kept.
  ///
  /// @param configuration null to look in the usual places
  /// @throws CommandFailed when it names no such file
  Path tokenFile(@Nullable Path configuration);

  /// Plays a whole failover on loopback.
  ///
  /// @param once end after the last scene, with 0 only if every step was observed; else go on until
  ///   interrupted
  int demo(boolean once);

  /// Reads what the nodes of a cluster share from a configuration and its zone files.
  ///
  /// @param configuration null to look in the usual places
  /// @throws CommandFailed with every problem when it cannot be read
  Gathered gather(@Nullable Path configuration);

  /// What is shared.
  ///
  /// @param leftOut the sections of the file that are each node's own
  record Gathered(Path file, ConfigurationText text, List<String> leftOut) {}

  /// Keeps what libraries log away from what a command prints on standard output.
  void logToStandardError();

  /// Where the server of a configuration answers DNS queries, as a client on this machine reaches
  /// it.
  ///
  /// @param configuration null to look in the usual places
  /// @return null when none is named, and none is in the usual places or it cannot be read
  /// @throws CommandFailed when a named one cannot be read
  @Nullable InetSocketAddress dnsServer(@Nullable Path configuration);

  /// The zones of a configuration with their services, each zone file read once more for its
  /// places.
  ///
  /// @param configuration null to look in the usual places
  /// @return in the order of the configuration
  /// @throws CommandFailed when the configuration cannot be read
  List<ZoneContent> zones(@Nullable Path configuration);

  /// Runs checks once, now.
  ///
  /// @param configuration where the name is looked up; null to look in the usual places
  /// @param subject a service, `service/pool[/endpoint]`, or a URL
  /// @return one report for each check of each endpoint of the subject; never empty
  /// @throws CommandFailed when the subject is unknown or the configuration cannot be read
  List<CheckReport> check(@Nullable Path configuration, String subject);
}
