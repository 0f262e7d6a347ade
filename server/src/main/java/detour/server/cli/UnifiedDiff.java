package detour.server.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How one text becomes another, as `diff -u` shows it.
final class UnifiedDiff {
  private static final int CONTEXT = 3;

  /// Texts that differ in more lines than this are shown as one removed and one added: finding the
  /// shortest way costs memory with the square of it.
  private static final int DIFFERENCES_MAX = 2_000;

  private final List<String> before;
  private final List<String> after;
  private final List<Step> steps = new ArrayList<>();

  /// One line of the way from one to the other: `-` removed, `+` added, or a space.
  private record Step(char sign, String text) {}

  private UnifiedDiff(String before, String after) {
    this.before = lines(before);
    this.after = lines(after);
  }

  /// The lines to print; none when the texts are equal.
  static List<String> lines(String before, String after, String beforeName, String afterName) {
    if (before.equals(after)) {
      return List.of();
    }
    UnifiedDiff diff = new UnifiedDiff(before, after);
    diff.compare();
    List<String> lines = new ArrayList<>(List.of("--- " + beforeName, "+++ " + afterName));
    diff.hunks(lines);
    return lines;
  }

  /// A missing line break at the end is a difference too.
  private static List<String> lines(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    String whole =
        text.endsWith("\n")
            ? text.substring(0, text.length() - 1)
            : text + "\n\\ no line break at the end of the file";
    return List.of(whole.split("\n", -1));
  }

  private void compare() {
    int start = 0;
    int most = Math.min(before.size(), after.size());
    while (start < most && before.get(start).equals(after.get(start))) {
      start++;
    }
    int end = 0;
    while (end < most - start
        && before.get(before.size() - 1 - end).equals(after.get(after.size() - 1 - end))) {
      end++;
    }
    same(0, start);
    between(before.subList(start, before.size() - end), after.subList(start, after.size() - end));
    same(before.size() - end, before.size());
  }

  private void same(int from, int to) {
    before.subList(from, to).forEach(line -> steps.add(new Step(' ', line)));
  }

  /// Myers 1986, "An O(ND) Difference Algorithm and Its Variations": the furthest that each
  /// diagonal is reached with so many differences, then the way back.
  private void between(List<String> old, List<String> next) {
    int limit = Math.min(old.size() + next.size(), DIFFERENCES_MAX);
    int[] furthest = new int[2 * limit + 3];
    int zero = limit + 1;
    List<int[]> trace = new ArrayList<>();
    for (int differences = 0; differences <= limit; differences++) {
      trace.add(Arrays.copyOfRange(furthest, zero - differences - 1, zero + differences + 2));
      for (int diagonal = -differences; diagonal <= differences; diagonal += 2) {
        boolean down =
            diagonal == -differences
                || (diagonal != differences
                    && furthest[zero + diagonal - 1] < furthest[zero + diagonal + 1]);
        int x = down ? furthest[zero + diagonal + 1] : furthest[zero + diagonal - 1] + 1;
        int y = x - diagonal;
        while (x < old.size() && y < next.size() && old.get(x).equals(next.get(y))) {
          x++;
          y++;
        }
        furthest[zero + diagonal] = x;
        if (x >= old.size() && y >= next.size()) {
          steps.addAll(way(old, next, trace));
          return;
        }
      }
    }
    old.forEach(line -> steps.add(new Step('-', line)));
    next.forEach(line -> steps.add(new Step('+', line)));
  }

  private static List<Step> way(List<String> old, List<String> next, List<int[]> trace) {
    List<Step> backwards = new ArrayList<>();
    int x = old.size();
    int y = next.size();
    for (int differences = trace.size() - 1; differences >= 0; differences--) {
      int[] furthest = trace.get(differences);
      int zero = differences + 1;
      int diagonal = x - y;
      boolean down =
          diagonal == -differences
              || (diagonal != differences
                  && furthest[zero + diagonal - 1] < furthest[zero + diagonal + 1]);
      int fromDiagonal = down ? diagonal + 1 : diagonal - 1;
      int fromX = differences == 0 ? 0 : furthest[zero + fromDiagonal];
      int fromY = differences == 0 ? 0 : fromX - fromDiagonal;
      while (x > fromX && y > fromY && x > 0 && y > 0) {
        backwards.add(new Step(' ', old.get(--x)));
        y--;
      }
      if (differences > 0) {
        if (down) {
          backwards.add(new Step('+', next.get(--y)));
        } else {
          backwards.add(new Step('-', old.get(--x)));
        }
      }
    }
    return backwards.reversed();
  }

  /// Changes with a few lines around them; those that are near each other together.
  private void hunks(List<String> lines) {
    int oldLine = 1;
    int newLine = 1;
    int at = 0;
    while (at < steps.size()) {
      if (steps.get(at).sign() == ' ') {
        at++;
        oldLine++;
        newLine++;
        continue;
      }
      int from = Math.max(0, at - CONTEXT);
      int to = end(at);
      int oldCount = 0;
      int newCount = 0;
      for (Step step : steps.subList(from, to)) {
        oldCount += step.sign() == '+' ? 0 : 1;
        newCount += step.sign() == '-' ? 0 : 1;
      }
      lines.add(
          "@@ -%s +%s @@"
              .formatted(
                  range(oldLine - (at - from), oldCount), range(newLine - (at - from), newCount)));
      steps.subList(from, to).forEach(step -> lines.add(step.sign() + step.text()));
      oldLine += oldCount - (at - from);
      newLine += newCount - (at - from);
      at = to;
    }
  }

  /// Where the lines after the last of these changes end.
  private int end(int first) {
    int last = first;
    for (int i = first; i < steps.size() && i - last <= 2 * CONTEXT + 1; i++) {
      if (steps.get(i).sign() != ' ') {
        last = i;
      }
    }
    return Math.min(steps.size(), last + 1 + CONTEXT);
  }

  private static String range(int start, int count) {
    return count == 1 ? Integer.toString(start) : (count == 0 ? start - 1 : start) + "," + count;
  }
}
