package detour.server.cluster.configuration;

import java.time.Instant;

/// One configuration that was put into the store, without its text.
///
/// @param number counted up from 1
/// @param author who pushed it
/// @param digest of its text, see [SharedText#digest()]
/// @param bytes how much room its text takes in the store
public record Revision(
    long number, String author, Instant when, String comment, String digest, int bytes) {
  /// Whether the other is the same, not only one of the same number in a store that lost the first.
  public boolean is(Revision other) {
    return number == other.number && digest.equals(other.digest);
  }
}
