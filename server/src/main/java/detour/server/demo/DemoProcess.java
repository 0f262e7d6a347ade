package detour.server.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A child process of the demo: another run of this same program, with the same Java.
final class DemoProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 3;
  private final Process process;

  private DemoProcess(Process process) {
    this.process = process;
  }

  /// Starts a small child that keeps its standard output for the parent.
  static DemoProcess backend(String address, int port) throws IOException {
    List<String> command = java(List.of("-Xmx16m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add(DemoBackend.class.getName());
    command.add(address);
    command.add(Integer.toString(port));
    DemoProcess backend =
        new DemoProcess(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    backend.awaitReady(address, port);
    return backend;
  }

  /// Starts the server itself, with the flags this program was started with.
  static DemoProcess server(Path configuration, Path log) throws IOException {
    List<String> command = java(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("detour.server.Main", "run", "-c", configuration.toString()));
    return new DemoProcess(
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /// SIGKILL: the kernel closes its sockets at once.
  void kill() throws IOException {
    process.destroyForcibly();
    await();
  }

  /// SIGSTOP: its sockets stay open and nobody answers.
  void freeze() throws IOException {
    signal("-STOP");
  }

  /// SIGCONT.
  void thaw() throws IOException {
    signal("-CONT");
  }

  /// Asks the process to end, and ends it when it does not.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void awaitReady(String address, int port) throws IOException {
    BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    if (!"ready".equals(output.readLine())) {
      throw new IOException(
          "a web server could not be started on "
              + address
              + ":"
              + port
              + "; on systems other than Linux, add the address to the loopback interface first");
    }
  }

  private void await() throws IOException {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a process ended", e);
    }
  }

  private void signal(String signal) throws IOException {
    Process kill =
        new ProcessBuilder("kill", signal, Long.toString(process.pid())).inheritIO().start();
    try {
      if (kill.waitFor() != 0) {
        throw new IOException("kill " + signal + " " + process.pid() + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a process was signalled", e);
    }
  }

  private static List<String> java(List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    return command;
  }
}
