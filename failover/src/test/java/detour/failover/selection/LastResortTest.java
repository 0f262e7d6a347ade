package detour.failover.selection;

import static detour.failover.selection.Services.first;
import static detour.failover.selection.Services.names;
import static detour.failover.selection.Services.next;
import static detour.failover.selection.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Service;
import detour.failover.model.WhenAllDown;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LastResortTest {
  /// Two pools of two endpoints; healths one second apart, `/` between them.
  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @CsvSource({
    "primary,  UU UU/DD DD,             a1 a2,       ENDPOINTS",
    "primary,  UU UU/TD DD,             a2,          ENDPOINTS",
    "primary,  UU UU/TT DD,             a1 a2,       ENDPOINTS",
    "last,     DD DD,                   a1 a2,       ENDPOINTS",
    "last,     UU UU/UD UU/DD DD,       a1,          ENDPOINTS",
    "last,     DD UU/DD DU/DD DD/DD DD, b2,          ENDPOINTS",
    "last,     UU UU/TD DD,             a2,          ENDPOINTS",
    "last,     UD DD/TD DD,             a2,          ENDPOINTS",
    "all,      UU UU/DD DD,             a1 a2 b1 b2, ENDPOINTS",
    "all,      UU UU/TD DT,             a2 b1,       ENDPOINTS",
    "nodata,   UU UU/DD DD,             '',          NODATA",
    "servfail, UU UU/DD DD,             '',          SERVFAIL",
    "pool b,   UU UU/DD DD,             b1 b2,       ENDPOINTS",
    "pool b,   UU UU/DD TD,             b2,          ENDPOINTS",
    "pool b,   UU UU/DD TT,             b1 b2,       ENDPOINTS",
  })
  void shouldAnswerAsConfiguredWhenAllIsDown(
      String rule, String healths, String expected, Selection.Answer answer) {
    Service service = service("44 44").whenAllDown(rule(rule)).build();
    List<String> steps = List.of(healths.split("/", -1));
    Selection selection = first(service, steps.getFirst());
    for (int second = 1; second < steps.size(); second++) {
      selection = next(service, selection, steps.get(second), second);
    }
    assertThat(selection.status()).isEqualTo(Selection.Status.LAST_RESORT);
    assertThat(names(service, selection.endpoints())).isEqualTo(expected);
    assertThat(selection.answer()).isEqualTo(answer);
  }

  @Test
  void shouldAnswerTheFewThatAreHealthyAsLast() {
    Service service = service("44 44").minHealthy("2").whenAllDown(new WhenAllDown.Last()).build();
    Selection serving = first(service, "UU UU");
    Selection few = next(service, serving, "UD UD", 1);
    assertThat(names(service, few.endpoints())).isEqualTo("a1");
    assertThat(names(service, next(service, few, "DD UD", 2).endpoints())).isEqualTo("b1");
    assertThat(names(service, next(service, few, "DD DD", 2).endpoints())).isEqualTo("a1");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "primary,  PRIMARY,    no pool is available: the whole first pool is answered",
    "last,     LAST,       no pool is available: what was last healthy is answered",
    "all,      ALL,        no pool is available: every endpoint is answered",
    "nodata,   NODATA,     no pool is available: no address is answered",
    "servfail, SERVFAIL,   no pool is available: the query fails",
    "pool b,   NAMED_POOL, no pool is available: the pool set aside for this is answered",
  })
  void shouldSayInTheExtendedErrorWhichRuleApplied(String rule, LastResort kind, String sentence) {
    Service service = service("44 44").whenAllDown(rule(rule)).build();
    Selection selection = first(service, "DD DD");
    assertThat(selection.lastResort()).isEqualTo(kind);
    assertThat(selection.extendedError()).isEqualTo(sentence);
  }

  @Test
  void shouldSayNothingInTheExtendedErrorWhileAPoolServes() {
    assertThat(first(service("4 4").build(), "D U").extendedError()).isNull();
  }

  @Test
  void shouldNameThePoolSetAsideToOperators() {
    Service service = service("4 4").whenAllDown(rule("pool b")).build();
    assertThat(first(service, "D D").reason())
        .startsWith("no pool is available: the pool set aside for this is answered (b); ");
  }

  private static WhenAllDown rule(String text) {
    return switch (text) {
      case "primary" -> new WhenAllDown.Primary();
      case "last" -> new WhenAllDown.Last();
      case "all" -> new WhenAllDown.All();
      case "nodata" -> new WhenAllDown.NoData();
      case "servfail" -> new WhenAllDown.ServFail();
      default -> new WhenAllDown.NamedPool(text.substring(text.length() - 1));
    };
  }
}
