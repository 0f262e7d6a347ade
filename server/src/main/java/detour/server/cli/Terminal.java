package detour.server.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;

/// Where a command prints, and what can be printed there.
///
/// @param interactive true when a person watches: redrawing makes sense
/// @param environment the process's environment variables
public record Terminal(
    PrintStream out,
    PrintStream err,
    boolean interactive,
    Look look,
    InstantSource clock,
    ZoneId zone,
    Map<String, String> environment) {

  /// The terminal, file or pipe that this process writes to.
  public static Terminal ofSystem() {
    Map<String, String> environment = System.getenv();
    boolean interactive = isWatched();
    boolean unicode = isUtf8(environment);
    Charset charset = unicode ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII;
    boolean colour =
        interactive
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "").equals("dumb");
    return new Terminal(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, charset),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, charset),
        interactive,
        new Look(TerminalSize.of(environment, interactive).columns(), colour, unicode),
        InstantSource.system(),
        ZoneId.systemDefault(),
        environment);
  }

  // Since Java 25 the console is that of java.base again, which is null without a terminal.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isWatched() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /// POSIX: LC_ALL beats LC_CTYPE beats LANG; an empty one counts as unset.
  private static boolean isUtf8(Map<String, String> environment) {
    for (String variable : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      String value = environment.getOrDefault(variable, "");
      if (!value.isEmpty()) {
        String locale = value.toUpperCase(Locale.ROOT);
        return locale.contains("UTF-8") || locale.contains("UTF8");
      }
    }
    return false;
  }
}
