package detour.server.publish;

import detour.server.publish.Journal.SavedEpoch;

/// The epoch of the selections that this node answers by; publish thread only.
///
/// | a node | its epoch |
/// |---|---|
/// | of a cluster | the revision of the store's newest latch or override, when everything up to it is in force here: equal on all nodes that agree |
/// | on its own | how many times it published moved latches or changed overrides: it survives restarts and never goes back |
///
/// A node on its own writes to disk a number that it has not reached yet, so that no crash can make
/// it use one twice; after a crash some are skipped.
final class SelectionEpoch {
  private static final long RESERVED = 1_024;

  private final boolean alone;
  private final Chronicle chronicle;
  private long value;
  private long reserved;

  SelectionEpoch(boolean alone, Chronicle chronicle, Journal.Saved saved) {
    this.alone = alone;
    this.chronicle = chronicle;
    value = alone ? saved.epochs().own() : saved.epochs().agreed();
    if (alone) {
      reserve();
    }
  }

  long value() {
    return value;
  }

  /// Counts what was decided since the last call.
  ///
  /// @param agreedRevision up to which revision of the store everything is in force here
  /// @return whether this is another epoch
  boolean turned(long agreedRevision) {
    boolean moved = chronicle.takeMoved();
    long before = value;
    if (!alone) {
      value = agreedRevision;
      if (value != before) {
        chronicle.epoch(SavedEpoch.AGREED, value);
      }
    } else if (moved) {
      value++;
      if (reserved - value < RESERVED / 2) {
        reserve();
      }
    }
    return value != before;
  }

  /// Gives back what was reserved and not used.
  void end() {
    if (alone) {
      chronicle.epoch(SavedEpoch.OWN, value);
    }
  }

  private void reserve() {
    reserved = value + RESERVED;
    chronicle.epoch(SavedEpoch.OWN, reserved);
  }
}
