package detour.server;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.api.BadRequest;
import detour.server.api.ExplanationReport;
import detour.server.config.ConfigurationReader;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.publish.LoadedConfiguration;
import detour.server.publish.PublishWorld;
import detour.server.publish.PublishedState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the server says it would answer.
class AnswerExplainerTest {
  private static final String WWW = "www.example.com";

  private final PublishWorld world =
      PublishWorld.of(service(WWW, pool("ams", "192.0.2.1"))).started();

  @AfterEach
  void close() {
    world.close();
  }

  private ExplanationReport.Answer explain(String name, String type) {
    return new AnswerExplainer(world.loop::table, world.loop::services).explain(name, type, null);
  }

  @Test
  void shouldExplainTheAddressesOfAService() {
    ExplanationReport.Answer answer = explain("WWW.Example.com.", "a");

    assertThat(answer.rcode()).isEqualTo("NOERROR");
    assertThat(answer.authoritative()).isTrue();
    assertThat(answer.service()).isEqualTo(WWW);
    assertThat(answer.zone()).isEqualTo("example.com");
    assertThat(answer.answers())
        .containsExactly(new ExplanationReport.AnswerRecord(WWW, 30, "A", "192.0.2.1"));
    assertThat(answer.extendedError()).isNull();
  }

  @Test
  void shouldExplainNoDataAndNoSuchName() {
    ExplanationReport.Answer noData = explain(WWW, "AAAA");
    assertThat(noData.rcode()).isEqualTo("NOERROR");
    assertThat(noData.answers()).isEmpty();
    assertThat(noData.authorities())
        .extracting(ExplanationReport.AnswerRecord::type)
        .containsExactly("SOA");

    ExplanationReport.Answer noName = explain("nowhere.example.com", "A");
    assertThat(noName.rcode()).isEqualTo("NXDOMAIN");
    assertThat(noName.service()).isNull();
    assertThat(noName.zone()).isEqualTo("example.com");

    assertThat(explain("elsewhere.test", "A").rcode()).isEqualTo("REFUSED");
    assertThat(explain("elsewhere.test", "A").zone()).isNull();
    assertThat(explain("example.com", "SOA").zone()).isEqualTo("example.com");
  }

  @Test
  void shouldExplainTheLastResort() throws Exception {
    world.dies("192.0.2.1");

    assertThat(explain(WWW, "A").extendedError()).contains("no pool is available");
  }

  @Test
  void shouldLeaveNoTraceAmongTheTimesOfHandingOut() {
    explain(WWW, "A");

    assertThat(world.loop.state().services())
        .filteredOn(service -> service.name().equals(WWW))
        .singleElement()
        .extracting(PublishedState.ServiceState::handedOut)
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .isEmpty();
  }

  @Test
  void shouldNameTheWildcardServiceThatAnswers() {
    try (PublishWorld wild =
        PublishWorld.of(service("*.example.com", pool("ams", "192.0.2.9"))).started()) {
      ExplanationReport.Answer answer =
          new AnswerExplainer(wild.loop::table, wild.loop::services)
              .explain("Any.example.com", "A", null);
      assertThat(answer.service()).isEqualTo("*.example.com");
      assertThat(answer.answers())
          .containsExactly(
              new ExplanationReport.AnswerRecord("any.example.com", 30, "A", "192.0.2.9"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"BOGUS", "", "TYPE70000", "-1"})
  void shouldRefuseWhatIsNoType(String type) {
    assertThatThrownBy(() -> explain(WWW, type))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining("is no record type");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ANY", "OPT", "AXFR", "TSIG", "TYPE65", "TYPE0"})
  void shouldExplainEvenOddTypes(String type) {
    assertThat(explain(WWW, type).rcode()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a..b", "\\300.example.com"})
  void shouldRefuseWhatIsNoName(String name) {
    assertThatThrownBy(() -> explain(name, "A"))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining("is no domain name");
  }

  @Test
  void shouldNameTheServiceThatAnswersTheTypeWhereSeveralStand(@TempDir Path folder)
      throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("detour.yaml"),
            """
            zones: [{ name: example.com, ns: [ns1.example.net] }]
            services:
              - { name: web, owner: "*.example.com", check: none, pools: [{ endpoints: [192.0.2.1] }] }
              - name: mail
                owner: "*.example.com"
                check: none
                addresses: false
                pools: [{ endpoints: [{ address: 192.0.2.2, records: MX 10 mx.example.net }] }]
            """);
    var read = (ConfigurationReader.Result.Valid) ConfigurationReader.read(file, ProbeKinds.ALL);
    var loaded =
        new LoadedConfiguration(
            "test.yaml", read.configuration().model(), read.configuration().zones(), List.of());
    try (PublishWorld shared = PublishWorld.of(loaded).started()) {
      var explainer = new AnswerExplainer(shared.loop::table, shared.loop::services);
      assertThat(explainer.explain("x.example.com", "A", null).service()).isEqualTo("web");
      assertThat(explainer.explain("x.example.com", "MX", null).service()).isEqualTo("mail");
      assertThat(explainer.explain("*.example.com", "MX", null).service()).isEqualTo("mail");
      assertThat(explainer.explain("x.example.com", "TXT", null).service()).isNull();
    }
  }
}
