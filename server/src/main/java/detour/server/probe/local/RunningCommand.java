package detour.server.probe.local;

import detour.server.probe.ProbeRun;
import detour.server.probe.local.CommandSettings.ExitCodes;
import detour.server.probe.text.FailureText;
import detour.server.probe.text.OneLine;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One process of a `command` check, from its start until it is gone. Its tasks run on the command
/// threads; only the run itself is spoken to on its event loop.
final class RunningCommand {
  private static final long LOOK_MILLIS = 20;
  private static final long TERMINATION_GRACE_MILLIS = 1_000;
  private static final long KILL_AGAIN_MILLIS = 250;
  private static final Pattern REASON =
      Pattern.compile("error(=\\d+, |: \\d+ \\()(?<reason>[^()]+)");
  private static final String SEARCH_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final CommandSettings settings;
  private final ProbeRun run;
  private final ScheduledExecutorService threads;
  private final Consumer<RunningCommand> gone;
  private final List<String> command;
  private final Map<String, String> given;
  private @Nullable Process process;
  private @Nullable KeptOutput output;
  private @Nullable KeptOutput errors;
  private boolean unwanted;
  private boolean exited;

  /// Call on the run's loop.
  ///
  /// @param gone told once, when there is no process of this command any more
  RunningCommand(
      CommandSettings settings,
      ProbeRun run,
      ScheduledExecutorService threads,
      Consumer<RunningCommand> gone) {
    this.settings = settings;
    this.run = run;
    this.threads = threads;
    this.gone = gone;
    InetAddress address = run.address();
    String destination = run.destination().text();
    command =
        settings.command().stream()
            .map(argument ->
                argument
                    .replace("{address}", address.getHostAddress())
                    .replace("{destination}", destination))
            .toList();
    given =
        Map.of(
            "PATH",
            SEARCH_PATH,
            "LANG",
            "C.UTF-8",
            "DETOUR_ADDRESS",
            address.getHostAddress(),
            "DETOUR_DESTINATION",
            destination,
            "DETOUR_TIMEOUT_MILLIS",
            Long.toString(run.timeout().toMillis()));
  }

  String name() {
    return settings.summary();
  }

  /// On a command thread.
  synchronized void start() {
    if (unwanted) {
      gone.accept(this);
      return;
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(settings.directory().toFile())
            .redirectInput(Redirect.from(new File("/dev/null")));
    builder.environment().clear();
    builder.environment().putAll(given);
    builder.environment().putAll(settings.environment());
    try {
      Process started = builder.start();
      process = started;
      output = new KeptOutput(started.getInputStream());
      errors = new KeptOutput(started.getErrorStream());
      var _ = started.onExit().thenRunAsync(this::exited, threads);
      tellRun(() -> run.enter("run", "waiting for " + name() + " to end"));
      look();
    } catch (IOException e) {
      gone.accept(this);
      tellRun(() -> notStarted(e));
    }
  }

  /// Ends the process, by force if it does not end when asked. Any thread; returns at once.
  void end() {
    threads.execute(this::terminate);
  }

  /// Ends the process by force. Any thread.
  synchronized void kill() {
    unwanted = true;
    Process started = process;
    if (started != null && !exited) {
      family(started).forEach(ProcessHandle::destroyForcibly);
    }
  }

  private synchronized void terminate() {
    unwanted = true;
    Process started = process;
    if (started == null || exited) {
      return;
    }
    List<ProcessHandle> asked = family(started);
    asked.forEach(ProcessHandle::destroy);
    var _ =
        threads.schedule(() -> killLeft(asked), TERMINATION_GRACE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Kills who did not end when asked, and goes on until none is left that can be killed.
  private synchronized void killLeft(List<ProcessHandle> asked) {
    List<ProcessHandle> left = new ArrayList<>();
    for (ProcessHandle one : asked) {
      if (one.isAlive()) {
        one.descendants().forEach(left::add);
        left.add(one);
      }
    }
    left.forEach(ProcessHandle::destroyForcibly);
    if (!left.isEmpty()) {
      var _ = threads.schedule(() -> killLeft(left), KILL_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /// The process and what it started, as far as that is still known as its children.
  private static List<ProcessHandle> family(Process process) {
    List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
    family.add(process.toHandle());
    return family;
  }

  /// Empties the pipes now and then until the process is gone.
  private synchronized void look() {
    if (!exited) {
      take();
      var _ = threads.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void take() {
    if (output != null && errors != null) {
      output.take();
      errors.take();
    }
  }

  private void exited() {
    int code;
    KeptOutput printed;
    KeptOutput complained;
    synchronized (this) {
      if (process == null || output == null || errors == null) {
        return;
      }
      exited = true;
      take();
      code = process.exitValue();
      printed = output;
      complained = errors;
      printed.close();
      complained.close();
    }
    gone.accept(this);
    tellRun(() -> judge(code, printed, complained));
  }

  private void judge(int code, KeptOutput printed, KeptOutput complained) {
    String said = printed.firstLine();
    if (settings.exitCodes() == ExitCodes.NAGIOS && said.indexOf('|') >= 0) {
      // What follows are figures for graphs.
      said = said.substring(0, said.indexOf('|')).strip();
    }
    if (said.isEmpty()) {
      said = complained.firstLine();
    }
    String detail = exitText(code) + (said.isEmpty() ? "" : ": " + said);
    boolean warning = settings.exitCodes() == ExitCodes.NAGIOS && code == 1;
    if (code != 0 && !warning) {
      run.fail(detail);
      return;
    }
    String expected = settings.expect();
    if (expected != null && !printed.text().contains(expected)) {
      run.fail("'" + OneLine.of(expected, 80) + "' was not printed; " + detail);
    } else if (warning) {
      run.passDegraded(detail);
    } else {
      run.pass(detail);
    }
  }

  private String exitText(int code) {
    if (code > 128 && code < 128 + 65) {
      return "ended by signal " + (code - 128);
    }
    if (settings.exitCodes() == ExitCodes.NAGIOS && code >= 0 && code <= 3) {
      return List.of("ok", "warning", "critical", "unknown").get(code);
    }
    return "exit code " + code;
  }

  private void notStarted(IOException error) {
    String text = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    String limit = FailureText.ownLimit(error);
    if (limit != null || text.contains("temporarily unavailable")) {
      run.notStarted("cannot start " + name() + ": " + (limit == null ? "no process left" : limit));
      return;
    }
    run.fail("cannot start " + settings.program() + ": " + reason(text));
  }

  /// The JDK says `error=2, No such file` or `error: 13 (Permission denied)`, by how it failed.
  private static String reason(String text) {
    Matcher matcher = REASON.matcher(text);
    return matcher.find() ? matcher.group("reason") : text;
  }

  private void tellRun(Runnable task) {
    try {
      run.loop().execute(task);
    } catch (RejectedExecutionException closing) {
      // Nobody waits for this result any more.
    }
  }
}
