package detour.server.cli;

import detour.server.cli.Look.Style;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/// A picture drawn anew each second on the terminal's alternate screen. Whatever ends the program,
/// the terminal is left as it was.
final class Watch {
  private static final long INTERVAL_MILLIS = 1_000;
  private static final String ENTER = "\u001b[?1049h\u001b[?25l";
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String END_LINE = "\u001b[K\n";
  private static final String CLEAR_BELOW = "\u001b[J";

  private final Terminal terminal;
  private final PrintStream out;
  private final AtomicBoolean entered = new AtomicBoolean();

  Watch(Terminal terminal) {
    this.terminal = terminal;
    this.out = terminal.out();
  }

  /// Draws until the thread is interrupted or the program ends. While the server cannot be reached
  /// the last picture stays, and a line says so.
  int draw(Function<Look, String> picture) {
    Thread restore = new Thread(this::leave);
    Runtime.getRuntime().addShutdownHook(restore);
    entered.set(true);
    out.print(ENTER);
    try {
      String last = "";
      while (!Thread.currentThread().isInterrupted()) {
        TerminalSize size = TerminalSize.of(terminal.environment(), true);
        Look look = new Look(size.columns(), terminal.look().colour(), terminal.look().unicode());
        String trouble = "";
        try {
          last = picture.apply(look);
        } catch (CommandFailed e) {
          trouble = look.paint(Style.BAD, look.clean(String.valueOf(e.getMessage()))) + "\n\n";
        }
        frame(trouble + last, size.rows());
        Thread.sleep(INTERVAL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      leave();
      Runtime.getRuntime().removeShutdownHook(restore);
    }
    return ExitCode.DONE;
  }

  private void frame(String picture, int rows) {
    List<String> lines = picture.lines().toList();
    StringBuilder frame = new StringBuilder(HOME);
    int shown = lines.size() < rows ? lines.size() : rows - 2;
    lines.subList(0, shown).forEach(line -> frame.append(line).append(END_LINE));
    if (shown < lines.size()) {
      frame
          .append(terminal.look().paint(Style.DIM, lines.size() - shown + " more lines"))
          .append(END_LINE);
    }
    out.print(frame.append(CLEAR_BELOW));
    out.flush();
  }

  private void leave() {
    if (entered.getAndSet(false)) {
      out.print(LEAVE);
      out.flush();
    }
  }
}
