package detour.server.store;

import java.time.Duration;

/// How much the store may hold and how long it may wait.
///
/// @param events the newest that are kept in the history
/// @param eventAge events older than this are forgotten even when there are fewer
/// @param waitingChanges not yet written; more are refused at once
/// @param lateEvents kept in memory while the disk fails
/// @param busyTimeout how long a write waits for another program that has locked the file
/// @param retryInterval between attempts to write while the disk fails
/// @param checkDelay from the start to the look at every page
/// @param filePages the size of the file in pages of 4096 bytes
record Limits(
    int events,
    Duration eventAge,
    int waitingChanges,
    int lateEvents,
    Duration busyTimeout,
    Duration retryInterval,
    Duration checkDelay,
    int filePages) {
  static final Limits DEFAULT =
      new Limits(
          100_000,
          Duration.ofDays(90),
          100_000,
          10_000,
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          262_144);
}
