package detour.server.differential;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.CookiePolicy;
import detour.dns.answer.Responder;
import detour.dns.answer.ServerOptions;
import detour.dns.answer.ServiceAnswer;
import detour.dns.answer.Transport;
import detour.dns.wire.Name;
import detour.dns.zone.Zone;
import detour.dns.zone.ZoneBuilder;
import detour.dns.zone.ZoneException;
import detour.server.config.ZoneFileReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// This project's answers, without sockets: the zone file's reader and the responder.
final class Detour {
  private static final long NOW_MILLIS = 1_800_000_000_000L;

  private final AnswerTable table;
  private final Responder responder = new Responder(1);

  private Detour(AnswerTable table) {
    this.table = table;
  }

  static Detour serving(Path folder, List<ServedZone> served) throws IOException {
    List<Zone> zones = new ArrayList<>();
    for (ServedZone zone : served) {
      zones.add(read(Files.writeString(folder.resolve("detour.zone"), zone.text()), zone));
    }
    ServerOptions options = ServerOptions.of("differential", "differential", CookiePolicy.OFF);
    return new Detour(AnswerTable.of(zones, new ServiceAnswer[0]).identifiedBy(options, 1));
  }

  /// Whether the zone is one that may be served.
  static boolean accepts(Path folder, ServedZone zone) throws IOException {
    Path file = Files.writeString(folder.resolve("detour.zone"), zone.text());
    ZoneBuilder builder = new ZoneBuilder(Name.parse(zone.origin()));
    try {
      var outcome = ZoneFileReader.read(file, Name.parse(zone.origin()), builder::add);
      builder.build();
      return outcome.problems().isEmpty();
    } catch (ZoneException e) {
      return false;
    }
  }

  private static Zone read(Path file, ServedZone zone) {
    ZoneBuilder builder = new ZoneBuilder(Name.parse(zone.origin()));
    var outcome = ZoneFileReader.read(file, Name.parse(zone.origin()), builder::add);
    assertThat(outcome.problems()).as(zone.text()).isEmpty();
    try {
      return builder.build();
    } catch (ZoneException e) {
      throw new AssertionError(zone.text(), e);
    }
  }

  /// The response; empty for none.
  byte[] answer(byte[] query, Transport transport) {
    return responder.answer(table, query, transport, NOW_MILLIS);
  }
}
