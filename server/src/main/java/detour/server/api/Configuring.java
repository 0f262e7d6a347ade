package detour.server.api;

import detour.server.publish.CommandRefused;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The routes of the configuration that the nodes of a cluster share.
final class Configuring {
  /// As much as a node reads of a file.
  private static final int BODY_LIMIT_BYTES = 32 << 20;

  private static final int COMMENT_LIMIT = 500;
  private static final int NAME_LIMIT = 255;
  private final ApiBackend backend;

  Configuring(ApiBackend backend) {
    this.backend = backend;
  }

  void revision(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly("revision");
    long number = number(exchange.parameter("revision"));
    try {
      RevisionReport report =
          desk()
              .revision(number)
              .orElseThrow(() ->
                  new Refused(
                      404,
                      number == 0
                          ? "the cluster has no configuration yet: detour config push"
                          : "there is no revision " + number + ": detour config history lists them",
                      "revision"));
      exchange.json(200, report);
    } catch (CommandRefused e) {
      throw refused(e);
    }
  }

  void history(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly();
    try {
      exchange.json(200, new RevisionsReport(desk().revisions()));
    } catch (CommandRefused e) {
      throw refused(e);
    }
  }

  void push(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly();
    JsonNode body =
        object(
            exchange.body(BODY_LIMIT_BYTES),
            Set.of("name", "document", "files", "comment", "expected", "dry_run"));
    ConfigurationText text =
        new ConfigurationText(
            fileName(text(body, "name")), text(body, "document"), files(body.path("files")));
    ConfigurationDesk.Push push =
        new ConfigurationDesk.Push(
            text,
            comment(body.path("comment").asString("")),
            exchange.author(),
            body.path("expected").asLong(0),
            body.path("dry_run").asBoolean(false));
    try {
      exchange.json(200, desk().push(push));
    } catch (CommandRefused e) {
      throw refused(e);
    }
  }

  void rollBack(Exchange exchange) throws IOException, InterruptedException {
    exchange.allowOnly();
    JsonNode body = object(exchange.body(), Set.of("revision", "comment"));
    long number = number(body.path("revision").asString(""));
    String comment = comment(body.path("comment").asString(""));
    try {
      exchange.json(200, desk().rollBack(number, comment, exchange.author()));
    } catch (CommandRefused e) {
      throw refused(e);
    }
  }

  private ConfigurationDesk desk() {
    ConfigurationDesk desk = backend.configuration();
    if (desk == null) {
      throw new Refused(404, "this node is on its own: its configuration has no cluster", null);
    }
    return desk;
  }

  private static Refused refused(CommandRefused e) {
    return new Refused(409, String.valueOf(e.getMessage()), null);
  }

  private static JsonNode object(byte[] body, Set<String> fields) {
    JsonNode node;
    try {
      node = Json.tree(body);
    } catch (JacksonException e) {
      throw new BadRequest(null, "the body is no JSON: " + e.getOriginalMessage());
    }
    if (!node.isObject()) {
      throw new BadRequest(null, "the body is no JSON object");
    }
    for (String given : node.propertyNames()) {
      if (!fields.contains(given)) {
        throw new BadRequest(
            given, "unknown field: expected " + String.join(", ", new TreeSet<>(fields)));
      }
    }
    return node;
  }

  private static String text(JsonNode body, String field) {
    if (!body.path(field).isString()) {
      throw new BadRequest(field, "missing: expected a text");
    }
    return body.path(field).asString();
  }

  private static Map<String, String> files(JsonNode files) {
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> file : files.properties()) {
      if (!file.getValue().isString()) {
        throw new BadRequest("files", "'" + file.getKey() + "': expected its text");
      }
      texts.put(file.getKey(), file.getValue().asString());
    }
    return texts;
  }

  /// Problems are told by it, on every node.
  private static String fileName(String name) {
    boolean bad =
        name.isBlank()
            || name.length() > NAME_LIMIT
            || name.indexOf('/') >= 0
            || name.chars().anyMatch(Character::isISOControl);
    if (bad) {
      throw new BadRequest("name", "expected the name of the file without its folder");
    }
    return name;
  }

  private static String comment(String comment) {
    if (comment.isBlank()) {
      throw new BadRequest("comment", "missing: say why, for those who look at the history");
    }
    if (comment.length() > COMMENT_LIMIT || comment.chars().anyMatch(Character::isISOControl)) {
      throw new BadRequest(
          "comment", "expected one line of at most " + COMMENT_LIMIT + " printable characters");
    }
    return comment.strip();
  }

  private static long number(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    try {
      long number = Long.parseLong(text);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through to the message for both mistakes.
    }
    throw new BadRequest("revision", "'" + text + "': expected the number of a revision");
  }
}
