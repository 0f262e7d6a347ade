package detour.server.probe.prometheus;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a Prometheus answers to an instant query.
sealed interface QueryAnswer {
  /// The value of each series; a scalar is one value without labels.
  record Found(List<Sample> samples) implements QueryAnswer {
    public Found {
      samples = List.copyOf(samples);
    }
  }

  /// The server refused the query, or answered something else than JSON of this API.
  record Refused(String reason) implements QueryAnswer {}

  /// One series and its value.
  ///
  /// @param labels as PromQL writes them; empty when there are none
  record Sample(String labels, double value) {}

  JsonMapper JSON = JsonMapper.builder().build();

  /// Reads the body of an answer; whatever is in it.
  static QueryAnswer read(byte[] body) {
    JsonNode answer;
    try {
      answer = JSON.readTree(body);
    } catch (JacksonException e) {
      return new Refused("the answer is no JSON");
    }
    if (answer.path("status").asString("").equals("error")) {
      return new Refused(
          answer.path("errorType").asString("error") + ": " + answer.path("error").asString(""));
    }
    JsonNode data = answer.path("data");
    String type = data.path("resultType").asString("");
    return switch (type) {
      case "vector" -> vector(data.path("result"));
      case "scalar" -> scalar(data.path("result"));
      case "matrix", "string" ->
          new Refused("the query gives a " + type + ": expected a vector or a scalar");
      default -> new Refused("the answer is none of a Prometheus");
    };
  }

  private static QueryAnswer vector(JsonNode result) {
    List<Sample> samples = new ArrayList<>();
    for (JsonNode series : result) {
      Double value = value(series.path("value"));
      if (value == null) {
        return new Refused("the answer has a series without a value");
      }
      samples.add(new Sample(labels(series.path("metric")), value));
    }
    return new Found(samples);
  }

  private static QueryAnswer scalar(JsonNode result) {
    Double value = value(result);
    return value == null
        ? new Refused("the answer has no value")
        : new Found(List.of(new Sample("", value)));
  }

  /// A time and the value as text, which may be `NaN`, `+Inf` or `-Inf`.
  private static @Nullable Double value(JsonNode pair) {
    String text = pair.path(1).asString("");
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        try {
          yield Double.valueOf(text);
        } catch (NumberFormatException e) {
          yield null;
        }
      }
    };
  }

  private static String labels(JsonNode metric) {
    String name = metric.path("__name__").asString("");
    String labels =
        metric.properties().stream()
            .filter(label -> !label.getKey().equals("__name__"))
            .map(QueryAnswer::label)
            .collect(Collectors.joining(", "));
    return labels.isEmpty() ? name : name + "{" + labels + "}";
  }

  private static String label(Map.Entry<String, JsonNode> label) {
    return label.getKey() + "=\"" + label.getValue().asString("") + "\"";
  }
}
