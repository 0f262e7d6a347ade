package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The demonstration that a newcomer sees first.
class DemoTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  @Test
  void shouldPlayItsStoryToTheEndAndObserveEveryStep() {
    Command.Output output = PackagedBuild.run(stage.directory(), "demo", "--once");

    assertThat(output.exitCode()).as(output.all()).isZero();
    assertThat(output.out()).contains("dig @127.0.0.1");
  }
}
