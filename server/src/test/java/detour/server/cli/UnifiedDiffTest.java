package detour.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnifiedDiffTest {
  private static final Pattern HUNK =
      Pattern.compile("@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@");

  private static List<String> diff(String before, String after) {
    return UnifiedDiff.lines(before, after, "a", "b");
  }

  @Test
  void shouldSayNothingOfEqualTexts() {
    assertThat(diff("a\nb\n", "a\nb\n")).isEmpty();
    assertThat(diff("", "")).isEmpty();
  }

  @Test
  void shouldShowAChangeWithThreeLinesAroundIt() {
    assertThat(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"))
        .containsExactly(
            "--- a", "+++ b", "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8");
  }

  @Test
  void shouldShowChangesThatAreFarApartApart() {
    String before = "x\n" + "same\n".repeat(7) + "y\n";
    assertThat(diff(before, before.replace("x", "u").replace("y", "v")))
        .filteredOn(line -> line.startsWith("@@"))
        .containsExactly("@@ -1,4 +1,4 @@", "@@ -6,4 +6,4 @@");
    String nearer = "x\n" + "same\n".repeat(6) + "y\n";
    assertThat(diff(nearer, nearer.replace("x", "u").replace("y", "v")))
        .filteredOn(line -> line.startsWith("@@"))
        .containsExactly("@@ -1,8 +1,8 @@");
  }

  @Test
  void shouldShowWhatIsNewAndWhatIsGone() {
    assertThat(diff("", "a\nb\n")).containsExactly("--- a", "+++ b", "@@ -0,0 +1,2 @@", "+a", "+b");
    assertThat(diff("a\n", "")).containsExactly("--- a", "+++ b", "@@ -1 +0,0 @@", "-a");
  }

  @Test
  void shouldShowThatALineBreakIsMissing() {
    assertThat(diff("a\n", "a")).contains(" a", "+\\ no line break at the end of the file");
  }

  /// What the lines say is done to the former text must give the latter.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 40, 400})
  void shouldLeadFromTheOneToTheOther(int length) {
    Random chance = new Random(length);
    for (int round = 0; round < 200; round++) {
      String before = text(chance, length);
      String after = text(chance, length);
      assertThat(applied(before, diff(before, after))).isEqualTo(after);
    }
  }

  @Test
  void shouldBearTextsThatHaveNothingInCommon() {
    String before = lines("before", 5_000);
    String after = lines("after", 5_000);

    List<String> diff = diff(before, after);

    assertThat(diff).hasSize(3 + 10_000);
    assertThat(applied(before, diff)).isEqualTo(after);
  }

  private static String lines(String word, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(word).append(i).append('\n');
    }
    return text.toString();
  }

  private static String text(Random chance, int most) {
    StringBuilder text = new StringBuilder();
    int length = most == 0 ? 0 : chance.nextInt(most);
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + chance.nextInt(3))).append('\n');
    }
    return text.toString();
  }

  private static String applied(String before, List<String> diff) {
    if (diff.isEmpty()) {
      return before;
    }
    List<String> old = before.isEmpty() ? List.of() : before.lines().toList();
    List<String> next = new ArrayList<>();
    int at = 0;
    for (String line : diff.subList(2, diff.size())) {
      Matcher hunk = HUNK.matcher(line);
      if (hunk.matches()) {
        int start = Integer.parseInt(hunk.group(1)) - ("0".equals(hunk.group(2)) ? 0 : 1);
        next.addAll(old.subList(at, start));
        at = start;
        int newStart = Integer.parseInt(hunk.group(3)) - ("0".equals(hunk.group(4)) ? 0 : 1);
        assertThat(newStart).isEqualTo(next.size());
      } else {
        String text = line.substring(1);
        switch (line.charAt(0)) {
          case '+' -> next.add(text);
          case '-' -> assertThat(old.get(at++)).isEqualTo(text);
          default -> {
            assertThat(old.get(at++)).isEqualTo(text);
            next.add(text);
          }
        }
      }
    }
    next.addAll(old.subList(at, old.size()));
    return next.isEmpty() ? "" : String.join("\n", next) + "\n";
  }
}
