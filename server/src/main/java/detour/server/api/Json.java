package detour.server.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// The API's JSON: keys in snake_case, times in ISO 8601, absent values as null.
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private Json() {}

  static byte[] bytes(Object report) {
    return MAPPER.writeValueAsBytes(report);
  }

  /// @throws tools.jackson.core.JacksonException when it is no JSON
  static JsonNode tree(byte[] bytes) {
    return MAPPER.readTree(bytes);
  }
}
