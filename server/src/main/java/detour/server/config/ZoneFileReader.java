package detour.server.config;

import detour.dns.wire.Name;
import detour.dns.zone.ZoneException;
import java.nio.file.Path;
import java.util.List;

/// Reads RFC 1035 master files, with `$INCLUDE`, `$TTL` (RFC 2308), `$GENERATE` and the unknown
/// types of RFC 3597.
public final class ZoneFileReader {
  private ZoneFileReader() {}

  /// Takes the records in the order of the file.
  public interface RecordSink {
    /// @param type RFC 1035 type number
    /// @param ttlSeconds 0 to 2^31-1
    /// @param rdata uncompressed wire form
    /// @throws ZoneException when the record cannot stand in this zone; it becomes a problem with
    ///   the record's place
    void add(Name owner, int type, long ttlSeconds, byte[] rdata) throws ZoneException;
  }

  /// @param sources every file that was read, whether or not it was sound
  /// @param problems none when every record went to the sink
  public record Outcome(List<Path> sources, List<Problem> problems) {
    public Outcome {
      sources = List.copyOf(sources);
      problems = List.copyOf(problems);
    }
  }

  /// Never throws: what cannot be read is a problem. Records before and after a bad one still go to
  /// the sink.
  ///
  /// @param origin of the zone; relative names are below it until an `$ORIGIN`
  public static Outcome read(Path file, Name origin, RecordSink sink) {
    return new Outcome(
        List.of(file), List.of(new Problem(file.toString(), 0, 0, "", "not read", null, null)));
  }
}
