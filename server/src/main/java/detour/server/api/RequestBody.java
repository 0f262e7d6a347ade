package detour.server.api;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The JSON object of a request: text fields of known names.
final class RequestBody {
  private static final byte[] EMPTY = {'{', '}'};

  private final JsonNode object;

  private RequestBody(JsonNode object) {
    this.object = object;
  }

  /// @throws BadRequest when it is no JSON object, or has a field of another name
  static RequestBody read(Exchange exchange, String... names) throws IOException {
    return read(exchange.body(), names);
  }

  private static RequestBody read(byte[] body, String... names) {
    JsonNode node;
    try {
      node = Json.tree(body);
    } catch (JacksonException e) {
      throw new BadRequest(null, "the body is no JSON: " + e.getOriginalMessage());
    }
    if (!node.isObject()) {
      throw new BadRequest(
          null, "the body is no JSON object: expected one with " + String.join(", ", names));
    }
    for (String given : node.propertyNames()) {
      if (!List.of(names).contains(given)) {
        throw new BadRequest(given, "unknown field: expected " + String.join(", ", names));
      }
    }
    return new RequestBody(node);
  }

  /// The same, but an empty body stands for an object without fields.
  static RequestBody readOrEmpty(Exchange exchange, String... names) throws IOException {
    byte[] body = exchange.body();
    return read(body.length == 0 ? EMPTY : body, names);
  }

  /// @throws BadRequest when it is missing, blank or no text
  String required(String name) {
    String value = optional(name);
    if (value == null) {
      throw new BadRequest(name, "missing: expected a text");
    }
    return value;
  }

  /// False when it is missing or null.
  ///
  /// @throws BadRequest when it is neither true nor false
  boolean flag(String name) {
    JsonNode node = object.get(name);
    if (node == null || node.isNull()) {
      return false;
    }
    if (!node.isBoolean()) {
      throw new BadRequest(name, "expected true or false");
    }
    return node.booleanValue();
  }

  /// Null when it is missing, null or blank.
  ///
  /// @throws BadRequest when it is no text
  @Nullable String optional(String name) {
    JsonNode node = object.get(name);
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isString()) {
      throw new BadRequest(name, "expected a text");
    }
    String value = node.stringValue().strip();
    return value.isEmpty() ? null : value;
  }
}
