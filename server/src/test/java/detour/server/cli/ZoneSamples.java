package detour.server.cli;

import detour.server.zones.Finding;
import detour.server.zones.Finding.Severity;
import detour.server.zones.ZoneCheck;
import java.util.List;

/// What was found in zones, to be shown.
final class ZoneSamples {
  private ZoneSamples() {}

  static List<ZoneCheck> checks() {
    return List.of(
        good().getFirst(),
        new ZoneCheck(
            "example.net.",
            "net.zone",
            0,
            null,
            List.of(
                new Finding(
                    Severity.ERROR,
                    "refused",
                    "net.zone",
                    0,
                    0,
                    "example.net. SOA: the zone has none"))),
        new ZoneCheck(
            "example.org.",
            "org.zone",
            36,
            2026112201L,
            List.of(
                new Finding(
                    Severity.ERROR,
                    "refused",
                    "org.zone",
                    38,
                    10,
                    "expected an IPv4 address, found '1.2.3'"),
                new Finding(
                    Severity.WARNING,
                    "duplicate",
                    "org.zone",
                    11,
                    1,
                    "a. TXT: this record is there already; it counts once"))),
        new ZoneCheck(
            "example.info.",
            "made from the configuration",
            1,
            7L,
            List.of(
                new Finding(
                    Severity.WARNING, "soa-serial", null, 0, 0, "the serial is 0, which some"))));
  }

  static List<ZoneCheck> good() {
    return List.of(new ZoneCheck("example.com.", "com.zone", 12, 2026112201L, List.of()));
  }
}
