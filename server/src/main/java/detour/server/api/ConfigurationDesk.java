package detour.server.api;

import detour.server.publish.CommandRefused;
import java.util.List;
import java.util.Optional;

/// The configuration that the nodes of a cluster share, as operators handle it. Called by many
/// threads at once; every method waits for the store, for a bounded time.
public interface ConfigurationDesk {
  /// Makes a text the current configuration, if it is valid on this node.
  ///
  /// @throws CommandRefused with all problems, or who was first, or what the store said
  PushReport push(Push push) throws InterruptedException;

  /// Makes the text of an earlier revision the current configuration anew, as a later revision.
  ///
  /// @throws CommandRefused as for [#push]
  PushReport rollBack(long revision, String comment, String author) throws InterruptedException;

  /// A revision with its text; empty when there is none, or none such.
  ///
  /// @param revision 0 for the current one
  /// @throws CommandRefused when the store could not be asked
  Optional<RevisionReport> revision(long revision) throws InterruptedException;

  /// All revisions that are kept, the latest first, without their texts.
  ///
  /// @throws CommandRefused when the store could not be asked
  List<RevisionReport> revisions() throws InterruptedException;

  /// @param expected refused unless this revision is current; 0 for whatever is
  /// @param dryRun only validated
  record Push(
      ConfigurationText text, String comment, String author, long expected, boolean dryRun) {}
}
