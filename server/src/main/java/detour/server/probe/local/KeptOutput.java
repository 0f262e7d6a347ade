package detour.server.probe.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The beginning of what a process prints; the rest is read and thrown away, so that the process
/// never waits for a reader. Not safe for use by several threads.
final class KeptOutput {
  static final int BYTES_MAX = 4096;

  /// What is read in one turn at most, so that a process that never stops printing keeps no thread.
  private static final int TURN_BYTES_MAX = 1024 * 1024;

  private final InputStream pipe;
  private final byte[] kept = new byte[BYTES_MAX];
  private final byte[] scratch = new byte[16 * 1024];
  private int keptBytes;

  KeptOutput(InputStream pipe) {
    this.pipe = pipe;
  }

  /// Takes what is there, without waiting for more. Waiting for the end instead would last as long
  /// as any child of the process keeps the pipe open.
  void take() {
    try {
      int taken = 0;
      int read = 1;
      while (read > 0 && taken < TURN_BYTES_MAX) {
        // At the process's end the JDK exchanges what is behind the stream, under this lock.
        synchronized (pipe) {
          int there = pipe.available();
          read = there == 0 ? 0 : pipe.read(scratch, 0, Math.min(there, scratch.length));
        }
        keep(read);
        taken += Math.max(0, read);
      }
    } catch (IOException closed) {
      // The process ended; what it printed before was taken.
    }
  }

  private void keep(int read) {
    int space = Math.min(read, BYTES_MAX - keptBytes);
    if (space > 0) {
      System.arraycopy(scratch, 0, kept, keptBytes, space);
      keptBytes += space;
    }
  }

  /// Closes this end: a process that goes on printing is told by a signal.
  void close() {
    try {
      pipe.close();
    } catch (IOException e) {
      // Nothing is lost by it.
    }
  }

  /// All that was kept; what is no UTF-8 is replaced.
  String text() {
    return new String(kept, 0, keptBytes, StandardCharsets.UTF_8);
  }

  /// The first line that is not blank; empty when there is none.
  String firstLine() {
    return text().lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst().orElse("");
  }
}
