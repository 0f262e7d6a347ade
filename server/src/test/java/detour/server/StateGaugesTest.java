package detour.server;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.metrics.Exposition;
import detour.server.metrics.Metrics;
import detour.server.publish.PublishWorld;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The decisions as people's monitoring reads them.
class StateGaugesTest {
  private static final String WWW = "www.example.com";

  private final PublishWorld world =
      PublishWorld.of(service(WWW, pool("ams", "192.0.2.1"), pool("fra", "192.0.2.2"))).started();
  private final Exposition exposition = new Exposition(new Metrics());
  private final AtomicInteger pictures = new AtomicInteger();
  private final StateGauges gauges =
      new StateGauges(() -> {
        pictures.incrementAndGet();
        return world.loop.state();
      });

  StateGaugesTest() {
    gauges.register(exposition);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private List<String> lines(String startingWith) throws IOException {
    gauges.draw();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    exposition.write(out, null);
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith(startingWith))
        .filter(line -> !line.contains("marked.example.com"))
        .toList();
  }

  @Test
  void shouldShowWhichPoolServesAndWhoIsHealthy() throws Exception {
    world.passes("192.0.2.2");
    world.dies("192.0.2.1");

    assertThat(lines("detour_pool_selected"))
        .containsExactlyInAnyOrder(
            "detour_pool_selected{family=\"joint\",pool=\"ams\",service=\"www.example.com\"} 0.0",
            "detour_pool_selected{family=\"joint\",pool=\"fra\",service=\"www.example.com\"} 1.0");
    assertThat(lines("detour_endpoint_healthy"))
        .anyMatch(line -> line.contains("\"192.0.2.1\"") && line.endsWith(" 0.0"))
        .anyMatch(line -> line.contains("\"192.0.2.2\"") && line.endsWith(" 1.0"));
    assertThat(lines("detour_opinions"))
        .containsExactlyInAnyOrder(
            "detour_opinions{state=\"DOWN\"} 1.0",
            "detour_opinions{state=\"UNKNOWN\"} 0.0",
            "detour_opinions{state=\"UP\"} 1.0");
    assertThat(lines("detour_selections"))
        .contains(
            "detour_selections{status=\"FAILED_OVER\"} 1.0",
            "detour_selections{status=\"LAST_RESORT\"} 0.0");
    assertThat(lines("detour_answer_ttl_seconds"))
        .containsExactly(
            "detour_answer_ttl_seconds{family=\"joint\",service=\"www.example.com\"} 30.0");
    assertThat(lines("detour_answer_held_until_timestamp_seconds")).hasSize(2);
    assertThat(lines("detour_alarms")).containsExactly("detour_alarms 0.0");
  }

  @Test
  void shouldCountAlarms() throws Exception {
    world.dies("192.0.2.1");
    world.dies("192.0.2.2");

    assertThat(lines("detour_alarms")).containsExactly("detour_alarms 1.0");
  }

  @Test
  void shouldShowTheEpochOfTheAnswers() throws Exception {
    double before = epoch();
    world.passes("192.0.2.2");
    world.dies("192.0.2.1");

    assertThat(epoch()).isGreaterThan(before).isEqualTo((double) world.loop.table().epoch());
  }

  @Test
  void shouldDrawOnePictureForAllGaugesOfOneReading() throws Exception {
    int before = pictures.get();

    lines("");

    assertThat(pictures.get()).isEqualTo(before + 1);
  }

  private double epoch() throws IOException {
    String line = lines("detour_selection_epoch").getFirst();
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  @Test
  void shouldCountAnswersOfEachServiceAndEndpoint() throws Exception {
    world.answer(WWW);
    world.answer(WWW);

    assertThat(lines("detour_service_answers_total"))
        .containsExactly("detour_service_answers_total{service=\"www.example.com\"} 2.0");
    assertThat(lines("detour_endpoint_answers_total"))
        .hasSize(2)
        .anyMatch(line -> line.contains("\"192.0.2.1\"") && line.endsWith(" 2.0"))
        .anyMatch(line -> line.contains("\"192.0.2.2\"") && line.endsWith(" 0.0"));
  }
}
