package detour.server.fence;

import detour.failover.model.FencePolicy.Hook;
import detour.failover.safety.FenceState.Stage;
import detour.server.publish.Fencing.Order;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Runs programs that raise a fence. A program is given what it is to fence off in its environment,
/// and nothing of the server's own.
final class Programs {
  private static final int OUTPUT_BYTES = 4_096;
  private static final int DETAIL_LENGTH = 200;
  private static final long LAST_WORDS_MILLIS = 200;

  Hooks.End run(Hook.Command command, Order order) throws InterruptedException {
    Process process;
    try {
      process = start(command, order);
    } catch (IOException e) {
      return new Hooks.End(Stage.FAILED, "it could not be started: " + oneLine(e.getMessage()));
    }
    AtomicReference<String> output = new AtomicReference<>("");
    Thread reader = Thread.ofVirtual().start(() -> output.set(read(process.getInputStream())));
    try {
      if (!process.waitFor(order.policy().timeout().toNanos(), TimeUnit.NANOSECONDS)) {
        return new Hooks.End(
            Stage.TIMED_OUT, "ended after " + order.policy().timeout().toMillis() + " ms");
      }
      // A child that outlives the program may hold its output open: nobody waits for that.
      reader.join(LAST_WORDS_MILLIS);
      String said = oneLine(output.get());
      return process.exitValue() == 0
          ? new Hooks.End(Stage.STOOD, said)
          : new Hooks.End(
              Stage.FAILED,
              "exit status " + process.exitValue() + (said.isEmpty() ? "" : ": " + said));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static Process start(Hook.Command command, Order order) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command.words());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("LANG", "C.UTF-8");
    environment.put("DETOUR_SERVICE", order.service());
    environment.put("DETOUR_FAMILY", order.family());
    environment.put("DETOUR_FROM", order.from());
    environment.put("DETOUR_TO", order.to());
    environment.put("DETOUR_DRILL", order.drill() ? "1" : "0");
    environment.put("DETOUR_REASON", order.reason().replace('\0', ' '));
    environment.put("DETOUR_TIMEOUT_MILLIS", Long.toString(order.policy().timeout().toMillis()));
    return builder
        .directory(new File("/"))
        .redirectErrorStream(true)
        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
        .start();
  }

  /// The first of what it prints; the rest is read and dropped, or the program would block.
  private static String read(InputStream from) {
    try (from) {
      byte[] first = from.readNBytes(OUTPUT_BYTES);
      byte[] dropped = new byte[OUTPUT_BYTES];
      int read = first.length;
      while (read > 0) {
        read = from.read(dropped);
      }
      return new String(first, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  static String oneLine(@Nullable String text) {
    String line = String.valueOf(text).strip().replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= DETAIL_LENGTH ? line : line.substring(0, DETAIL_LENGTH) + "...";
  }
}
