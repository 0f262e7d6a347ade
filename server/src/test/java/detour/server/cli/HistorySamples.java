package detour.server.cli;

import detour.server.api.HistoryReport;
import java.util.List;

/// What happened, to be shown.
final class HistorySamples {
  private HistorySamples() {}

  static HistoryReport history() {
    return new HistoryReport(
        List.of(
            new HistoryReport.Event(
                9,
                Samples.ago("PT3M12S"),
                "shop.example.com",
                "selection",
                "shop.example.com",
                "ams",
                "fra",
                "fra serves because ams is not available: 0 of 2 healthy (web1: ams1 says DOWN;"
                    + " web2: ams1 says DOWN)",
                "detour"),
            new HistoryReport.Event(
                8,
                Samples.ago("PT3M12S"),
                "shop.example.com",
                "endpoint",
                "shop.example.com/ams/web1",
                "UP",
                "DOWN",
                "connection refused (3 in a row)",
                "detour"),
            new HistoryReport.Event(
                7,
                Samples.ago("PT5M"),
                "files.example.com",
                "override",
                "files.example.com/ams/web1",
                "",
                "DRAIN",
                "kernel update",
                "alice"),
            new HistoryReport.Event(
                6,
                Samples.ago("P3DT4H"),
                null,
                "start",
                "",
                "",
                "",
                "detour 0.1.0 started",
                "detour")),
        6L);
  }
}
