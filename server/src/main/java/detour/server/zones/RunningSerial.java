package detour.server.zones;

import detour.server.query.EdnsSettings;
import detour.server.query.QueryClient;
import detour.server.query.QueryFailed;
import detour.server.query.QueryReport;
import detour.server.query.QuerySettings;
import detour.server.query.Question;
import detour.server.query.Target;
import java.time.Duration;
import java.util.OptionalLong;

/// The serial of a zone that a running server has.
public final class RunningSerial {
  private static final int PORT = 53;
  private static final int SERIAL_FIELD = 2;

  private RunningSerial() {}

  /// @param server as `192.0.2.53` or `[2001:db8::53]:5300`
  /// @return empty when it does not have the zone
  /// @throws QueryFailed when it does not answer
  /// @throws IllegalArgumentException when the server is none
  public static OptionalLong of(String zone, String server) throws QueryFailed {
    QuerySettings settings =
        new QuerySettings(
            Target.parse(server, PORT, Target.Family.ANY),
            QuerySettings.Transport.UDP,
            true,
            false,
            Duration.ofSeconds(2),
            2,
            new EdnsSettings(1232, false, false, false, false, null, null, false),
            new QuerySettings.Tls(null, ""));
    QueryReport report = new QueryClient(settings).ask(Question.parse(zone, "SOA", "IN"));
    return report.answer().stream()
        .filter(record -> record.type().equals("SOA"))
        .mapToLong(record -> Long.parseLong(record.data().split(" ", -1)[SERIAL_FIELD]))
        .findFirst();
  }
}
