package detour.server.probe;

import detour.failover.model.ProbeTarget;
import java.util.function.Consumer;

/// One thread on which a part of the targets is probed; its tasks run one after the other.
interface Lane {
  /// Runs the task on the lane's thread; any thread may call. Dropped once the lane is closed.
  void execute(Runnable task);

  /// Runs the task on the lane's thread after a delay.
  ///
  /// @param delayNanos at least 0
  void after(long delayNanos, Runnable task);

  /// Starts one probe and returns at once. Called on the lane's thread; `done` is called there too,
  /// later, and never before this method has returned.
  void probe(ProbeTarget target, Consumer<ProbeResult> done);
}
