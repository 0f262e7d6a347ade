package detour.server.config;

import detour.dns.wire.Name;
import detour.dns.zone.ZoneException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads RFC 1035 master files, with `$INCLUDE`, `$TTL` (RFC 2308), `$GENERATE` and the unknown
/// types of RFC 3597.
public final class ZoneFileReader {
  /// Nobody reads further.
  static final int MOST_PROBLEMS = 50;

  static final int DEEPEST_INCLUDE = 10;

  /// Bounds what files that include each other many times may cost.
  private static final int MOST_FILES = 1_000;

  private static final int MOST_BYTES = 512 << 20;

  private final ZoneFiles files;
  private final RecordSink sink;
  private final @Nullable PlacedSink placedSink;
  private final Set<Path> sources = new LinkedHashSet<>();
  private final List<Problem> problems = new ArrayList<>();
  private final Deque<Path> open = new ArrayDeque<>();
  private int filesRead;
  private long bytesRead;

  private ZoneFileReader(ZoneFiles files, RecordSink sink) {
    this.files = files;
    this.sink = sink;
    this.placedSink = sink instanceof PlacedSink placed ? placed : null;
  }

  /// Takes the records in the order of the file.
  public interface RecordSink {
    /// @param type RFC 1035 type number
    /// @param ttlSeconds 0 to 2^31-1
    /// @param rdata uncompressed wire form
    /// @throws ZoneException when the record cannot stand in this zone; it becomes a problem with
    ///   the record's place
    void add(Name owner, int type, long ttlSeconds, byte[] rdata) throws ZoneException;
  }

  /// A sink that also wants to know where each record stands.
  public interface PlacedSink extends RecordSink {
    /// Told before each record.
    ///
    /// @param file as it was named
    /// @param line counted from 1
    /// @param column counted from 1, in octets
    void at(Path file, int line, int column);
  }

  /// @param sources every file that was read, whether or not it was sound
  /// @param problems none when every record went to the sink; at most 50 and one that says so
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
    return read(ZoneFiles.DISK, file, origin, sink);
  }

  /// As [#read(Path, Name, RecordSink)], with files from elsewhere.
  static Outcome read(ZoneFiles files, Path file, Name origin, RecordSink sink) {
    ZoneFileReader reader = new ZoneFileReader(files, sink);
    try {
      reader.readFile(file, origin.toWire(), ZoneFileParser.NO_TTL);
    } catch (FileException e) {
      reader.report(new Problem(file.toString(), 0, 0, "", e.getMessage(), null, null));
    }
    return reader.outcome();
  }

  /// Reads a zone file's text that is in memory already.
  ///
  /// @param file its name, and where relative includes start
  static Outcome parse(Path file, byte[] bytes, Name origin, RecordSink sink) {
    ZoneFileReader reader = new ZoneFileReader(ZoneFiles.DISK, sink);
    reader.open.push(file);
    new ZoneFileParser(reader, file, bytes, origin.toWire(), ZoneFileParser.NO_TTL).parse();
    return reader.outcome();
  }

  private Outcome outcome() {
    return new Outcome(List.copyOf(sources), problems);
  }

  /// Reads one file, the zone's own or an included one.
  ///
  /// @throws FileException when it cannot be read at all
  void readFile(Path file, byte[] origin, long defaultTtl) throws FileException {
    if (open.size() > DEEPEST_INCLUDE) {
      throw new FileException("files include each other more than " + DEEPEST_INCLUDE + " deep");
    }
    byte[] bytes;
    Path real;
    try {
      real = files.identity(file);
      if (open.contains(real)) {
        throw new FileException(file + " includes itself");
      }
      sources.add(file);
      bytes = load(real);
    } catch (NoSuchFileException e) {
      throw new FileException("there is no such file");
    } catch (IOException e) {
      throw new FileException("cannot be read: " + Wording.oneLine(e.getMessage()));
    }
    open.push(real);
    new ZoneFileParser(this, file, bytes, origin, defaultTtl).parse();
    open.pop();
  }

  private byte[] load(Path real) throws IOException, FileException {
    if (++filesRead > MOST_FILES) {
      throw new FileException("a zone is read from at most " + MOST_FILES + " files");
    }
    byte[] bytes = files.load(real, MOST_BYTES + 1);
    bytesRead += bytes.length;
    if (bytesRead > MOST_BYTES) {
      throw new FileException("a zone is read from at most " + (MOST_BYTES >> 20) + " MB");
    }
    return bytes;
  }

  void record(Name owner, int type, long ttlSeconds, byte[] rdata) throws ZoneException {
    sink.add(owner, type, ttlSeconds, rdata);
  }

  boolean wantsPlaces() {
    return placedSink != null;
  }

  void place(Path file, int line, int column) {
    if (placedSink != null) {
      placedSink.at(file, line, column);
    }
  }

  void report(Problem problem) {
    if (problems.size() == MOST_PROBLEMS) {
      problems.add(
          new Problem(
              problem.file(),
              problem.line(),
              problem.column(),
              "",
              "and more: reading ends after " + MOST_PROBLEMS + " problems",
              null,
              null));
    } else if (problems.size() < MOST_PROBLEMS) {
      problems.add(problem);
    }
  }

  /// Whether so much is wrong that going on helps nobody.
  boolean hopeless() {
    return problems.size() > MOST_PROBLEMS;
  }

  /// Why a file cannot be read at all.
  static final class FileException extends Exception {
    private static final long serialVersionUID = 1L;

    FileException(String message) {
      super(message, null, false, false);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }
}
