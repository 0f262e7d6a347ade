package detour.server.probe;

import detour.failover.model.ProbeTarget;
import java.net.InetAddress;
import java.util.OptionalInt;
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

  /// The port to which an idle connection may be held; empty for none.
  OptionalInt portToHold(ProbeTarget target);

  /// Opens a connection on which nothing is sent, and returns at once. Called on the lane's thread;
  /// the watcher is called there too, later, and never before this method has returned.
  Held hold(ProbeTarget target, InetAddress address, int port, Watcher watcher);

  /// A connection that is held.
  interface Held {
    /// Closes it; from here on the watcher is not called.
    void release();
  }

  /// Hears of a connection that is held: first that it is open or cannot be opened, and of an open
  /// one that it was lost.
  interface Watcher {
    void opened();

    /// @param ownLimit whether this machine could not, and the other side is not to blame
    void notOpened(boolean ownLimit);

    /// The other side closed or reset it.
    void lost();
  }
}
