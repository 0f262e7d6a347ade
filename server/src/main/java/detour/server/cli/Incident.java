package detour.server.cli;

import detour.server.api.ClusterReport;
import detour.server.api.HistoryReport;
import detour.server.api.ServiceReport;
import detour.server.api.StatusReport;
import detour.server.api.TrendReport;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of an incident, gathered from a running server.
///
/// @param from its beginning
/// @param until its end, which may be the present
/// @param service that it is about; null for all
/// @param services in full, as they are at present
/// @param probes what the probes of those of them that could be asked for found, in their order
/// @param events of that time, oldest first
/// @param complete whether no event of that time is missing
/// @param cluster null for a node on its own
record Incident(
    Instant from,
    Instant until,
    @Nullable String service,
    StatusReport status,
    List<ServiceReport> services,
    List<TrendReport> probes,
    List<HistoryReport.Event> events,
    boolean complete,
    @Nullable ClusterReport cluster) {
  Incident {
    services = List.copyOf(services);
    probes = List.copyOf(probes);
    events = List.copyOf(events);
  }
}
