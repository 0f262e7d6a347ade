package detour.server.demo;

import java.io.PrintStream;
import java.util.Locale;

/// Tells the story on the terminal: numbered steps, and what was seen at which second of the step.
final class Narrator {
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String BOLD = "\u001b[1m";
  private static final String DIM = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  private final PrintStream out;
  private final boolean colour;
  private int step;
  private long stepStartNanos;
  private int failures;

  Narrator(PrintStream out, boolean colour) {
    this.out = out;
    this.colour = colour;
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  void step(String title) {
    step++;
    stepStartNanos = System.nanoTime();
    say("");
    say(paint(BOLD, step + "  " + title));
  }

  /// Something done or seen, with the seconds since the step began.
  void at(String line) {
    say(paint(DIM, String.format(Locale.ROOT, "   %5.2f s  ", secondsOfStep())) + line);
  }

  void seen(String line) {
    at(paint(GREEN, "✓ ") + line);
  }

  void missed(String line) {
    failures++;
    at(paint(RED, "✗ ") + line);
  }

  int failures() {
    return failures;
  }

  double secondsOfStep() {
    return (System.nanoTime() - stepStartNanos) / 1e9;
  }

  private String paint(String code, String text) {
    return colour ? code + text + PLAIN : text;
  }
}
