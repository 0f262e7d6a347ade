package detour.server.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// How many columns there are: COLUMNS, else what `stty` says of the terminal, else 100.
final class TerminalWidth {
  private static final int UNKNOWN = 100;
  private static final int LEAST = 40;

  private TerminalWidth() {}

  static int columns(Map<String, String> environment, boolean interactive) {
    int columns = number(environment.getOrDefault("COLUMNS", ""));
    if (columns == 0 && interactive) {
      columns = ofTerminal();
    }
    return columns == 0 ? UNKNOWN : Math.max(LEAST, columns);
  }

  private static int ofTerminal() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!stty.waitFor(500, TimeUnit.MILLISECONDS)) {
        stty.destroyForcibly();
        return 0;
      }
      String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      String[] rowsAndColumns = size.strip().split(" ", -1);
      return rowsAndColumns.length == 2 ? number(rowsAndColumns[1]) : 0;
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
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
