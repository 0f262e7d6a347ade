package detour.server.zones;

/// Where a record stands.
///
/// @param line counted from 1
/// @param column counted from 1
public record RecordPlace(String file, int line, int column) implements Comparable<RecordPlace> {

  /// By line within one file; files by name.
  @Override
  public int compareTo(RecordPlace other) {
    int byFile = file.compareTo(other.file);
    int byLine = byFile != 0 ? byFile : Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }
}
