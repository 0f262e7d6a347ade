package detour.server.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// How much room there is: COLUMNS and LINES, else what `stty` says of the terminal. What goes to a
/// file or a pipe is not cut.
record TerminalSize(int columns, int rows) {
  private static final TerminalSize USUAL = new TerminalSize(80, 24);
  private static final int UNBOUNDED = 10_000;
  private static final int LEAST = 40;

  static TerminalSize of(Map<String, String> environment, boolean interactive) {
    int columns = number(environment.getOrDefault("COLUMNS", ""));
    int rows = number(environment.getOrDefault("LINES", ""));
    if (columns > 0 && (rows > 0 || !interactive)) {
      return new TerminalSize(Math.max(LEAST, columns), Math.max(4, rows));
    }
    if (!interactive) {
      return new TerminalSize(UNBOUNDED, UNBOUNDED);
    }
    TerminalSize measured = ofTerminal();
    return new TerminalSize(
        Math.max(LEAST, columns > 0 ? columns : measured.columns), measured.rows);
  }

  private static TerminalSize ofTerminal() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!stty.waitFor(500, TimeUnit.MILLISECONDS)) {
        stty.destroyForcibly();
        return USUAL;
      }
      String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      String[] rowsAndColumns = size.strip().split(" ", -1);
      if (rowsAndColumns.length != 2) {
        return USUAL;
      }
      int rows = number(rowsAndColumns[0]);
      int columns = number(rowsAndColumns[1]);
      return rows < 4 || columns == 0 ? USUAL : new TerminalSize(columns, rows);
    } catch (IOException e) {
      return USUAL;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return USUAL;
    }
  }

  private static int number(String text) {
    try {
      return Math.max(0, Integer.parseInt(text.strip()));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
