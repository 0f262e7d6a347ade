package detour.server.probe.http;

import detour.server.probe.text.OneLine;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Values that must stand at places in a JSON body.
///
/// @param values by JSON Pointer (RFC 6901) the text that stands there: of a string its content, of
///   a number any way to write it, else `true`, `false` or `null`
record JsonExpectation(Map<String, String> values) {
  static final JsonExpectation NONE = new JsonExpectation(Map.of());

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final int SHOWN_MAX = 60;

  JsonExpectation {
    // Sorted, because the text of equal settings must be equal.
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  /// The first thing that is not as expected; null when all is.
  ///
  /// @param length how many of the bytes count
  @Nullable String mismatch(byte[] body, int length) {
    JsonNode document;
    try {
      document = JSON.readTree(body, 0, length);
    } catch (JacksonException e) {
      return "body is not JSON: " + OneLine.of(e.getOriginalMessage(), 100);
    }
    for (Map.Entry<String, String> value : values.entrySet()) {
      JsonNode found = document.at(JsonPointer.compile(value.getKey()));
      if (!isExpected(found, value.getValue())) {
        return "JSON %s is %s, expected %s"
            .formatted(
                value.getKey().isEmpty() ? "body" : value.getKey(),
                shown(found),
                OneLine.of(value.getValue(), SHOWN_MAX));
      }
    }
    return null;
  }

  private static boolean isExpected(JsonNode found, String expected) {
    if (found.isNumber()) {
      try {
        return found.decimalValue().compareTo(new BigDecimal(expected)) == 0;
      } catch (NumberFormatException e) {
        return false;
      }
    }
    return found.isString()
        ? found.stringValue().equals(expected)
        : (found.isBoolean() || found.isNull()) && found.toString().equals(expected);
  }

  private static String shown(JsonNode found) {
    if (found.isMissingNode()) {
      return "missing";
    }
    if (found.isContainer()) {
      return found.isObject() ? "an object" : "a list";
    }
    return OneLine.of(found.isString() ? found.stringValue() : found.toString(), SHOWN_MAX);
  }
}
