package detour.server.config;

import org.jspecify.annotations.Nullable;

/// One thing that is wrong, or worth a warning, in a configuration or zone file.
///
/// @param file as the operator named it, or relative to the configuration
/// @param line counted from 1; 0 when the problem is the file as a whole
/// @param column counted from 1; 0 when the problem is the file as a whole
/// @param path the place in the document as `services[0].pools[1]`; empty in zone files
/// @param message the whole sentence for people, found and expected included
/// @param found what stands there; null when the problem is no single value
/// @param expected what may stand there; null when no short answer exists
public record Problem(
    String file,
    int line,
    int column,
    String path,
    String message,
    @Nullable String found,
    @Nullable String expected)
    implements Comparable<Problem> {

  /// As `detour.yaml:12:7: services[0].pools[1]: ...`.
  @Override
  public String toString() {
    return file
        + (line > 0 ? ":" + line + ":" + column : "")
        + ": "
        + (path.isEmpty() ? "" : path + ": ")
        + message;
  }

  /// By place within one file; files stay in the order in which they were read.
  @Override
  public int compareTo(Problem other) {
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }
}
