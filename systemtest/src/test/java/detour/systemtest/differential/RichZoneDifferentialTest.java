package detour.systemtest.differential;

import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.PackagedBuild;
import detour.systemtest.differential.NormalForm.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Zones with one of everything: this server answers as Knot, NSD and BIND where those agree, and
/// as one of them where they do not; what it does alone is in `docs/differences.md`.
class RichZoneDifferentialTest {
  private static final int MOST_SHOWN = 8;

  @TempDir private static Path folder;

  private static List<Exchange> plain = List.of();
  private static List<Exchange> odd = List.of();
  private static List<Exchange> streamed = List.of();

  @BeforeAll
  static void ask() throws IOException {
    try (FourServers servers = FourServers.serving(folder, RichZones.ZONES)) {
      plain = servers.ask(RichQuestions.plain());
      odd = servers.ask(RichQuestions.odd());
      streamed = servers.askByStream(RichQuestions.streamed());
    }
  }

  @Test
  void shouldAnswerPlainQuestionsAsTheOthersDo() {
    assertThat(unexplained(plain)).isEmpty();
  }

  @Test
  void shouldAnswerOddMessagesAsTheOthersDo() {
    assertThat(unexplained(odd)).isEmpty();
  }

  @Test
  void shouldAnswerByStreamAsTheOthersDo() {
    assertThat(unexplained(streamed)).isEmpty();
  }

  @Test
  void shouldHaveAskedMuch() {
    assertThat(plain).hasSizeGreaterThan(5_000);
    assertThat(plain).filteredOn(Exchange::peersAgree).hasSizeGreaterThan(plain.size() / 2);
  }

  @ParameterizedTest
  @EnumSource
  void shouldListNoDifferenceThatIsGone(KnownDifference difference) {
    assertThat(Stream.of(plain, odd, streamed).flatMap(List::stream).anyMatch(difference::explains))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveTheReasonOfEachDifference(KnownDifference difference) throws IOException {
    assertThat(Files.readString(PackagedBuild.repository().resolve("docs/differences.md")))
        .contains("| " + difference.name() + " |");
  }

  private static List<String> unexplained(List<Exchange> exchanges) {
    List<String> unexplained = new ArrayList<>();
    Map<String, Integer> kinds = new TreeMap<>();
    long agreed = exchanges.stream().filter(Exchange::peersAgree).count();
    for (Exchange exchange : exchanges) {
      List<Part> parts = KnownDifference.unexplained(exchange);
      if (!parts.isEmpty() && kinds.merge(parts.toString(), 1, Integer::sum) <= MOST_SHOWN) {
        unexplained.add(parts + " " + exchange);
      }
    }
    System.out.printf(
        "%d questions, the others agree on %d, this server is alone in %s%n",
        exchanges.size(), agreed, kinds);
    return unexplained;
  }
}
