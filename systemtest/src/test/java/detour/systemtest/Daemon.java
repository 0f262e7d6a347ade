package detour.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A program that runs in the background and writes a log: it can be killed, paused and started
/// again.
public final class Daemon implements AutoCloseable {
  private static final long END_SECONDS = 30;

  private final List<String> command;
  private final Path log;
  private Map<String, String> environment = Map.of();
  private @Nullable Process process;
  private boolean paused;

  public Daemon(List<String> command, Path log) {
    this.command = List.copyOf(command);
    this.log = log;
  }

  /// Variables for the next start.
  void environment(Map<String, String> variables) {
    environment = Map.copyOf(variables);
  }

  public void start() {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    paused = false;
  }

  public boolean alive() {
    Process present = process;
    return present != null && present.isAlive();
  }

  boolean paused() {
    return paused;
  }

  /// SIGKILL: it has no time for anything.
  void kill() {
    running().destroyForcibly().onExit().join();
    paused = false;
  }

  /// SIGTERM: it may take leave.
  public void stop() {
    running().destroy();
    try {
      if (!running().waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " did not end within " + END_SECONDS + " s\n" + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// SIGSTOP: its connections stay, and nothing comes over them.
  void pause() {
    Signals.send(running(), "STOP");
    paused = true;
  }

  void resume() {
    Signals.send(running(), "CONT");
    paused = false;
  }

  public String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "(no log)";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process running() {
    Process present = process;
    if (present == null) {
      throw new IllegalStateException("not started: " + command);
    }
    return present;
  }

  @Override
  public void close() {
    if (alive()) {
      kill();
    }
  }
}
