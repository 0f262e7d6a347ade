package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The page that the packaged server serves, in a real browser, while its backends are killed.
class DashboardTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @Test
  void shouldTurnWhenBackendsAreKilledAndCarryOutWhatAnOperatorSays() {
    String node = Peers.require("node");
    String chromium = Peers.require("chromium");
    Path dashboard = PackagedBuild.repository().resolve("dashboard");
    if (!Files.isDirectory(dashboard.resolve("node_modules/playwright-core"))) {
      Peers.skip("npm fetched no packages: a test of the dashboard cannot run");
    }

    Command.Output output =
        Command.run(
            List.of(
                "env",
                "CHROMIUM=" + chromium,
                node,
                "browser/live.mjs",
                PackagedBuild.program().toString()),
            dashboard,
            PackagedBuild.environment(),
            LIMIT);

    assertThat(output.exitCode()).as(output.all()).isZero();
  }
}
