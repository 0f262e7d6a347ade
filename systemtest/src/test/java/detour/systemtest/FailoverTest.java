package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.ScriptedBackend.Behaviour;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The answer follows the health of real backends, whatever way they fail.
class FailoverTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  /// How an nginx fails, and how it is made well again.
  enum NginxFailure {
    KILLED {
      @Override
      void happen(Nginx nginx) {
        nginx.kill();
      }

      @Override
      void end(Nginx nginx) {
        nginx.start();
      }
    },
    STOPPED {
      @Override
      void happen(Nginx nginx) {
        nginx.freeze();
      }

      @Override
      void end(Nginx nginx) {
        nginx.thaw();
      }
    },
    ANSWERS_500 {
      @Override
      void happen(Nginx nginx) {
        nginx.broken(true);
      }

      @Override
      void end(Nginx nginx) {
        nginx.broken(false);
      }
    };

    abstract void happen(Nginx nginx);

    abstract void end(Nginx nginx);
  }

  @ParameterizedTest
  @EnumSource
  void shouldFailOverWhenNginxFailsAndBackWhenItRecovers(NginxFailure failure) {
    Nginx primary = stage.nginx(1);
    stage.nginx(2);
    DetourServer server = stage.server(twoPools(stage));
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    server.awaitVerdict(WWW, "standby", "s1", "UP");
    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));

    failure.happen(primary);
    server.awaitAnswer(WWW, stage.address(2));
    assertThat(server.selection(WWW).path("status").asString()).isEqualTo("FAILED_OVER");

    failure.end(primary);
    server.awaitAnswer(WWW, stage.address(1));
    server.awaitStatus(WWW, "SERVING");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OK")
  void shouldFailOverWhenABackendMisbehavesAndBackWhenItRecovers(Behaviour behaviour) {
    ScriptedBackend primary = stage.backend(1);
    stage.backend(2);
    DetourServer server = stage.server(twoPools(stage));
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    server.awaitVerdict(WWW, "standby", "s1", "UP");

    primary.behave(behaviour);
    server.awaitAnswer(WWW, stage.address(2));

    primary.behave(Behaviour.OK);
    server.awaitAnswer(WWW, stage.address(1));
  }

  @Test
  void shouldAnswerThePrimaryBeforeAnythingIsKnown() {
    // A backend that never answers keeps the first probe, and so its verdict, open.
    stage.backend(1).behave(Behaviour.HANG);
    DetourServer server =
        stage.server(
            twoPools(stage)
                .replace("interval: 300ms", "interval: 60s")
                .replace("timeout: 200ms", "timeout: 60s"));

    assertThat(server.dns().addresses(WWW)).containsExactly(stage.address(1));
  }

  @Test
  void shouldProbeFasterWhileAChangeIsPending() {
    ScriptedBackend primary = stage.backend(1);
    stage.backend(2);
    DetourServer server =
        stage.server(
            twoPools(stage)
                .replace("interval: 300ms", "interval: 3s")
                .replace("fall: 3", "fall: 40"));
    server.awaitVerdict(WWW, "primary", "p1", "UP");

    primary.behave(Behaviour.ERROR_500);

    // 40 failures at the plain interval would take two minutes, far beyond what is waited here.
    server.awaitAnswer(WWW, stage.address(2));
  }

  @Test
  void shouldLeaveAFailedEndpointOutOfASharedPool() {
    ScriptedBackend first = stage.backend(1);
    stage.backend(2);
    stage.backend(3);
    DetourServer server =
        stage.server(
            Configurations.check(stage)
                + """
                zones:
                  - { name: example.com, ns: [ns1.example.net] }
                services:
                  - name: www.example.com
                    check: web
                    failback_after: 500ms
                    pools:
                      - endpoints: [%s, %s, %s]
                """
                    .formatted(stage.address(1), stage.address(2), stage.address(3)));
    server.awaitAnswer(WWW, stage.address(1), stage.address(2), stage.address(3));

    first.behave(Behaviour.RESET);
    server.awaitAnswer(WWW, stage.address(2), stage.address(3));

    first.behave(Behaviour.OK);
    server.awaitAnswer(WWW, stage.address(1), stage.address(2), stage.address(3));
  }

  @Test
  void shouldProbeATargetOnceHoweverManyServicesUseIt() {
    ScriptedBackend shared = stage.backend(1);
    StringBuilder services = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      services.append(
          """
            - { name: w%d.example.com, check: web, pools: [ { endpoints: [%s] } ] }
          """
              .formatted(i, stage.address(1)));
    }
    String zones = "zones: [ { name: example.com, ns: [ns1.example.net] } ]\nservices:\n";
    DetourServer server =
        stage.server(
            Configurations.check(stage).replace("interval: 300ms", "interval: 2s")
                + zones
                + services);
    for (int i = 0; i < 20; i++) {
      server.awaitVerdict("w" + i + ".example.com", "pool1", stage.address(1), "UP");
    }
    // One probe of the target made all twenty up; twenty targets would need twenty requests.
    assertThat(shared.requests()).isLessThan(20);

    shared.behave(Behaviour.ERROR_500);

    for (int i = 0; i < 20; i++) {
      server.awaitStatus("w" + i + ".example.com", "LAST_RESORT");
    }
  }
}
