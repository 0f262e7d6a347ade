package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// What is answered when no pool is available.
class LastResortTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  @ParameterizedTest
  @CsvSource({"primary, 1", "all, 1 2 3", "static, 3"})
  void shouldAnswerWhatIsConfigured(String whenAllDown, String hosts) {
    DetourServer server = stage.server(threePools(whenAllDown));

    // Nothing listens anywhere, so every endpoint goes down by its own check.
    server.awaitStatus(WWW, "LAST_RESORT");

    String[] wanted =
        Arrays.stream(hosts.split(" "))
            .map(host -> stage.address(Integer.parseInt(host)))
            .toArray(String[]::new);
    server.awaitAnswer(WWW, wanted);
    assertThat(extendedErrors(server.dns().askWithEdns(WWW, Type.A))).isNotEmpty();
  }

  @Test
  void shouldAnswerWhatWasHealthyLast() {
    stage.backend(1);
    ScriptedBackend second = stage.backend(2);
    DetourServer server = stage.server(threePools("last"));
    server.awaitVerdict(WWW, "standby", stage.address(2), "UP");
    server.cli("down", WWW + "/primary", "--reason", "test").requireSuccess();
    server.awaitAnswer(WWW, stage.address(2));

    second.behave(ScriptedBackend.Behaviour.ERROR_500);
    server.awaitStatus(WWW, "LAST_RESORT");

    server.awaitAnswer(WWW, stage.address(2));
  }

  @Test
  void shouldAnswerNoData() {
    DetourServer server = stage.server(twoPools(stage, "when_all_down: nodata"));
    server.awaitStatus(WWW, "LAST_RESORT");

    Message answer = server.dns().askWithEdns(WWW, Type.A);

    assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
    assertThat(answer.getSection(Section.ANSWER)).isEmpty();
    assertThat(answer.getSection(Section.AUTHORITY))
        .singleElement()
        .satisfies(record -> assertThat(record.getType()).isEqualTo(Type.SOA));
    assertThat(extendedErrors(answer)).isNotEmpty();
  }

  @Test
  void shouldAnswerServFail() {
    DetourServer server = stage.server(twoPools(stage, "when_all_down: servfail"));
    server.awaitStatus(WWW, "LAST_RESORT");

    Message answer = server.dns().askWithEdns(WWW, Type.A);

    assertThat(answer.getRcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(extendedErrors(answer)).isNotEmpty();
  }

  @Test
  void shouldRecoverFromTheLastResort() {
    DetourServer server = stage.server(twoPools(stage, "when_all_down: nodata"));
    server.awaitStatus(WWW, "LAST_RESORT");

    stage.backend(2);

    server.awaitAnswer(WWW, stage.address(2));
  }

  @Test
  void shouldAnswerNoDataForAFamilyWithoutMembers() {
    stage.backend(1);
    DetourServer server = stage.server(twoPools(stage));

    Message answer = server.dns().ask(WWW, Type.AAAA);

    assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
    assertThat(answer.getSection(Section.ANSWER)).isEmpty();
  }

  private static List<EDNSOption> extendedErrors(Message answer) {
    return answer.getOPT() == null
        ? List.of()
        : answer.getOPT().getOptions().stream()
            .filter(ExtendedErrorCodeOption.class::isInstance)
            .toList();
  }

  private String threePools(String whenAllDown) {
    return Configurations.check(stage)
        + """
        zones: [ { name: example.com, ns: [ns1.example.net] } ]
        services:
          - name: www.example.com
            check: web
            ttl: 5s
            when_all_down: %s
            pools:
              - { name: primary, endpoints: [%s] }
              - { name: standby, endpoints: [%s] }
              - { name: static, endpoints: [%s] }
        """
            .formatted(whenAllDown, stage.address(1), stage.address(2), stage.address(3));
  }
}
