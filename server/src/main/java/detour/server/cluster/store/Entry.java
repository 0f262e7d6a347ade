package detour.server.cluster.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A key and what it holds.
///
/// @param value not to be changed
/// @param modRevision of the change that wrote it, above 0
/// @param createRevision of the change that created the key, above 0
/// @param leaseId 0 when it is bound to none
@SuppressWarnings("ArrayRecordComponent") // equality is by content, below
public record Entry(String key, byte[] value, long modRevision, long createRevision, long leaseId) {

  /// The value as UTF-8.
  public String text() {
    return new String(value, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entry entry
        && key.equals(entry.key)
        && modRevision == entry.modRevision
        && createRevision == entry.createRevision
        && leaseId == entry.leaseId
        && Arrays.equals(value, entry.value);
  }

  @Override
  public int hashCode() {
    return key.hashCode() * 31 + Long.hashCode(modRevision);
  }

  @Override
  public String toString() {
    return key + "@" + modRevision + "=" + text();
  }
}
