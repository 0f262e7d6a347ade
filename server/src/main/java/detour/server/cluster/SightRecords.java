package detour.server.cluster;

import detour.server.publish.PublishedState.Seen;
import detour.server.trend.Sight;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a vantage tells of its probes, as a small JSON object with the version of its form in `v`.
///
/// A step is a position in lists, one for each kind of number; a list that is missing is of zeros
/// alone. Any thread.
final class SightRecords {
  /// The longest record that is written.
  static final int BYTES_MAX = 64 * 1024;

  /// Ninety points for an hour, of results each ten seconds.
  private static final int STEP_SECONDS = 40;

  /// Of a target with the longest steps that are kept, an hour is eleven of them.
  private static final int STEP_SECONDS_MAX = 320;

  private static final int LAST_MAX = 10;
  private static final int DETAIL_CHARS_MAX = 120;
  private static final int LINES_MAX = 1_000;
  private static final int STEPS_MAX = 1_000;
  private static final long NUMBER_MAX = 100_000_000_000L;

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private SightRecords() {}

  /// A record of at most [#BYTES_MAX]: in longer steps, with fewer of the last results, or in the
  /// end with fewer lines where all of it does not fit.
  static byte[] bounded(Sight sight) {
    for (int step = STEP_SECONDS; step <= STEP_SECONDS_MAX; step *= 2) {
      byte[] record = bytes(sight.withoutBeyond(LINES_MAX).coarser(step, LAST_MAX));
      if (record.length <= BYTES_MAX) {
        return record;
      }
    }
    Sight least = sight.withoutBeyond(LINES_MAX).coarser(STEP_SECONDS_MAX, 2);
    byte[] record = bytes(least);
    for (int lines = least.lines().size() / 2; record.length > BYTES_MAX; lines /= 2) {
      record = bytes(least.withoutBeyond(lines));
    }
    return record;
  }

  /// That somebody looks; who reads it counts by its own clock since when.
  static byte[] interest(Instant now) {
    ObjectNode json = MAPPER.createObjectNode().put("v", Records.VERSION);
    return MAPPER.writeValueAsBytes(json.put("at", now.toString()));
  }

  private static byte[] bytes(Sight sight) {
    ObjectNode json =
        MAPPER
            .createObjectNode()
            .put("v", Records.VERSION)
            .put("at", sight.at().toString())
            .put("note", sight.note())
            .put("left_out", sight.leftOut());
    ArrayNode lines = json.putArray("lines");
    sight.lines().forEach(line -> write(line, sight.at(), lines.addObject()));
    return MAPPER.writeValueAsBytes(json);
  }

  private static void write(Sight.Line line, Instant at, ObjectNode json) {
    json.put("pool", line.pool()).put("endpoint", line.endpoint()).put("check", line.check());
    List<Sight.Step> steps = line.steps();
    if (!steps.isEmpty()) {
      long from = steps.getFirst().beginSeconds();
      json.put("step", line.stepSeconds()).put("from", from);
      ArrayNode begin = json.putArray("begin");
      steps.forEach(step -> begin.add(step.beginSeconds() - from));
      counts(json, "passed", steps, Sight.Step::passed);
      counts(json, "degraded", steps, Sight.Step::degraded);
      counts(json, "failed", steps, Sight.Step::failed);
      times(json, "mean", steps, Sight.Step::meanMillis);
      times(json, "longest", steps, Sight.Step::maxMillis);
    }
    ArrayNode last = json.putArray("last");
    for (Seen seen : line.last()) {
      last.addObject()
          .put("ago", Math.max(0, Duration.between(seen.at(), at).toMillis()))
          .put("result", seen.passed() ? seen.degraded() ? "degraded" : "passed" : "failed")
          .put("detail", cut(seen.detail()))
          .put("ms", Sight.rounded(seen.milliseconds()));
    }
  }

  private static void counts(
      ObjectNode json, String name, List<Sight.Step> steps, ToIntFunction<Sight.Step> count) {
    if (steps.stream().anyMatch(step -> count.applyAsInt(step) != 0)) {
      ArrayNode counts = json.putArray(name);
      steps.forEach(step -> counts.add(count.applyAsInt(step)));
    }
  }

  private static void times(
      ObjectNode json, String name, List<Sight.Step> steps, ToDoubleFunction<Sight.Step> millis) {
    if (steps.stream().anyMatch(step -> millis.applyAsDouble(step) != 0)) {
      ArrayNode times = json.putArray(name);
      steps.forEach(step -> times.add(Sight.rounded(millis.applyAsDouble(step))));
    }
  }

  /// Empty for what cannot be understood, as that of a later version.
  static Optional<Sight> read(byte[] record) {
    if (record.length > 2 * BYTES_MAX) {
      return Optional.empty();
    }
    try {
      JsonNode json = MAPPER.readTree(record);
      if (!json.isObject() || json.path("v").asInt(0) != Records.VERSION) {
        return Optional.empty();
      }
      Instant at = Instant.parse(json.path("at").asString(""));
      if (at.getEpochSecond() < 0 || at.getEpochSecond() > NUMBER_MAX) {
        return Optional.empty();
      }
      List<Sight.Line> lines = new ArrayList<>();
      for (JsonNode line : json.path("lines")) {
        if (lines.size() < LINES_MAX) {
          lines.add(line(line, at));
        }
      }
      return Optional.of(
          new Sight(
              at,
              cut(json.path("note").asString("")),
              Math.max(0, json.path("left_out").asInt(0)),
              lines));
    } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Sight.Line line(JsonNode json, Instant at) {
    int count = json.path("begin").size();
    if (count > STEPS_MAX) {
      throw new IllegalArgumentException("too many steps");
    }
    long from = json.path("from").asLong(0);
    List<Sight.Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      steps.add(
          new Sight.Step(
              whole(from + json.path("begin").path(i).asLong(0)),
              count(json, "passed", i),
              count(json, "degraded", i),
              count(json, "failed", i),
              number(json.path("mean").path(i).asDouble(0)),
              number(json.path("longest").path(i).asDouble(0))));
    }
    List<Seen> last = new ArrayList<>();
    for (JsonNode seen : json.path("last")) {
      if (last.size() < LAST_MAX) {
        last.add(seen(seen, at));
      }
    }
    return new Sight.Line(
        cut(json.path("pool").asString("")),
        cut(json.path("endpoint").asString("")),
        cut(json.path("check").asString("")),
        Math.clamp(json.path("step").asInt(0), 0, 3_600),
        steps,
        last);
  }

  private static Seen seen(JsonNode json, Instant at) {
    String result = json.path("result").asString("");
    return new Seen(
        at.minusMillis(whole(json.path("ago").asLong(0))),
        !result.equals("failed"),
        result.equals("degraded"),
        cut(json.path("detail").asString("")),
        number(json.path("ms").asDouble(0)));
  }

  private static int count(JsonNode json, String name, int position) {
    return (int) whole(json.path(name).path(position).asInt(0));
  }

  private static long whole(long value) {
    if (value < 0 || value > NUMBER_MAX) {
      throw new IllegalArgumentException("no such number can be");
    }
    return value;
  }

  private static double number(double value) {
    if (!(value >= 0 && value <= NUMBER_MAX)) {
      throw new IllegalArgumentException("no such number can be");
    }
    return value;
  }

  private static String cut(String text) {
    return text.length() <= DETAIL_CHARS_MAX ? text : text.substring(0, DETAIL_CHARS_MAX - 1) + "…";
  }
}
