package detour.server.probe.local;

import detour.server.probe.ProbeRun;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Runs commands, a limited number at a time: further ones wait in order, within their timeouts.
///
/// A command's place is free again when its process is gone, not when its probe ended; so programs
/// that do not die take up the places and no more. Any thread.
final class CommandRunner {
  /// Starting a process and signalling one may wait for a slow disk, so not on the event loops.
  private static final int THREADS = 4;

  private static final long STOP_MILLIS = 900;
  private static final long STOP_STEP_MILLIS = 10;

  private final int commandsMax;
  private final ScheduledThreadPoolExecutor threads;
  private final Set<RunningCommand> running = ConcurrentHashMap.newKeySet();

  /// Under the lock of this object, as is `taken`.
  private final Queue<Waiting> waiting = new ArrayDeque<>();

  private int taken;

  private record Waiting(RunningCommand command, ProbeRun run) {}

  CommandRunner(int commandsMax) {
    this.commandsMax = commandsMax;
    threads =
        new ScheduledThreadPoolExecutor(
            THREADS, Thread.ofPlatform().name("command-", 0).daemon().factory());
    threads.setKeepAliveTime(30, TimeUnit.SECONDS);
    threads.allowCoreThreadTimeOut(true);
    threads.setRemoveOnCancelPolicy(true);
  }

  /// Call on the run's loop.
  void start(CommandSettings settings, ProbeRun run) {
    RunningCommand command = new RunningCommand(settings, run, threads, this::gone);
    run.atEnd(() -> {
      // Whatever ended the run: nobody wants this command's result any more.
      if (!withdrawn(command)) {
        command.end();
      }
    });
    synchronized (this) {
      if (taken >= commandsMax) {
        run.enter("wait", "waiting");
        run.prepare("waiting for one of " + commandsMax + " other commands to end");
        waiting.add(new Waiting(command, run));
        return;
      }
      taken++;
    }
    launch(command, run);
  }

  /// How many processes there are, or will be within moments.
  synchronized int underway() {
    return taken;
  }

  /// Kills what runs and waits a second at most for it to be gone.
  void stop() {
    synchronized (this) {
      waiting.clear();
    }
    running.forEach(RunningCommand::kill);
    try {
      for (long waited = 0;
          !running.isEmpty() && waited < STOP_MILLIS;
          waited += STOP_STEP_MILLIS) {
        Thread.sleep(STOP_STEP_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void launch(RunningCommand command, ProbeRun run) {
    run.enter("start", "starting");
    run.prepare("starting " + command.name());
    running.add(command);
    threads.execute(command::start);
  }

  private void gone(RunningCommand command) {
    running.remove(command);
    Waiting next;
    synchronized (this) {
      next = waiting.poll();
      if (next == null) {
        taken--;
        return;
      }
    }
    Waiting started = next;
    started.run().loop().execute(() -> launch(started.command(), started.run()));
  }

  private synchronized boolean withdrawn(RunningCommand command) {
    return waiting.removeIf(w -> w.command() == command);
  }
}
