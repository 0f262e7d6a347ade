package detour.server.api;

import detour.server.access.Role;
import detour.server.api.Route.Kind;
import detour.server.api.Route.Parameter;
import detour.server.api.Route.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The API as OpenAPI 3.1, made from the routes, from the records that they reply with, and from
/// what is written above those.
final class OpenApiDocument {
  private static final String SCHEMAS = "#/components/schemas/";
  private static final Pattern SEGMENT = Pattern.compile("\\{(\\w+)}");

  private final Path sources;
  private final Map<String, Object> schemas = new TreeMap<>();

  private OpenApiDocument(Path sources) {
    this.sources = sources;
  }

  /// @param sources the folder of the records' source files
  static String json(List<Route> routes, Path sources) {
    return JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(new OpenApiDocument(sources).document(routes))
        + "\n";
  }

  private Map<String, Object> document(List<Route> routes) {
    Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
    for (Route route : routes) {
      paths
          .computeIfAbsent(route.path(), path -> new LinkedHashMap<>())
          .put(route.method().toLowerCase(Locale.ROOT), operation(route));
    }
    Map<String, Object> problem = refer(ProblemReport.class);
    return ordered(
        "openapi", "3.1.1",
        "info",
            ordered(
                "title",
                "Detour",
                "version",
                "1",
                "description",
                "Keys are in snake_case, times in ISO 8601 (UTC). Further keys may come with a"
                    + " later version: ignore what you do not know.",
                "license",
                ordered("name", "Apache 2.0", "identifier", "Apache-2.0")),
        "servers", List.of(ordered("url", "/")),
        "paths", paths,
        "components",
            ordered(
                "schemas",
                schemas,
                "responses",
                OpenApiRefusals.shared(problem),
                "securitySchemes",
                ordered(
                    "token", scheme("A token that `detour token add` made."),
                    "push", scheme("The token of a push check."))));
  }

  private static Map<String, Object> scheme(String description) {
    return ordered("type", "http", "scheme", "bearer", "description", description);
  }

  private Map<String, Object> operation(Route route) {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("operationId", id(route));
    operation.put("summary", route.summary());
    Role role = route.role();
    if (role != null) {
      operation.put("description", "Needs the role " + role.word() + ".");
    }
    operation.put("security", security(route));
    List<Object> parameters = parameters(route);
    if (!parameters.isEmpty()) {
      operation.put("parameters", parameters);
    }
    if (!route.fields().isEmpty()) {
      operation.put("requestBody", body(route));
    }
    Map<String, Object> responses =
        ordered("200", ordered("description", "It is so, or done.", "content", content(route)));
    responses.putAll(OpenApiRefusals.of(route, refer(ProblemReport.class)));
    operation.put("responses", responses);
    return operation;
  }

  private static List<Object> security(Route route) {
    if (route.role() == null) {
      return OpenApiRefusals.isPush(route) ? List.of(ordered("push", List.of())) : List.of();
    }
    // The empty one: this machine may do some things without a token.
    return List.of(ordered("token", List.of(route.role().word())), Map.of());
  }

  private Map<String, Object> content(Route route) {
    Class<? extends Record> report = route.reply().report();
    Map<String, Object> schema = report == null ? Map.of() : refer(report);
    return ordered(
        route.reply().mediaType(), schema.isEmpty() ? Map.of() : ordered("schema", schema));
  }

  private static List<Object> parameters(Route route) {
    List<Object> parameters = new ArrayList<>();
    Matcher segments = SEGMENT.matcher(route.path());
    while (segments.find()) {
      parameters.add(
          ordered(
              "name",
              segments.group(1),
              "in",
              "path",
              "required",
              true,
              "schema",
              ordered("type", "string")));
    }
    for (Parameter parameter : route.parameters()) {
      parameters.add(
          ordered(
              "name", parameter.name(),
              "in", parameter.place() == Place.QUERY ? "query" : "header",
              "required", parameter.needed(),
              "description", parameter.description(),
              "schema", kind(parameter)));
    }
    return parameters;
  }

  private static Map<String, Object> body(Route route) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (Parameter field : route.fields()) {
      Map<String, Object> schema = kind(field);
      schema.put("description", field.description());
      properties.put(field.name(), schema);
      if (field.needed()) {
        required.add(field.name());
      }
    }
    Map<String, Object> schema =
        ordered("type", "object", "properties", properties, "additionalProperties", false);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    return ordered(
        "required", !required.isEmpty(),
        "content", ordered("application/json", ordered("schema", schema)));
  }

  private static Map<String, Object> kind(Parameter parameter) {
    Map<String, Object> schema =
        switch (parameter.kind()) {
          case TEXT -> ordered("type", "string");
          case NUMBER -> ordered("type", "integer", "format", "int64", "minimum", 1);
          case FLAG -> ordered("type", "boolean");
          case TEXTS ->
              ordered("type", "object", "additionalProperties", ordered("type", "string"));
        };
    if (parameter.kind() == Kind.TEXT && !parameter.words().isEmpty()) {
      schema.put("enum", parameter.words());
    }
    return schema;
  }

  /// A reference to the schema of a record, which is added to the document.
  private Map<String, Object> refer(Class<?> type) {
    String name = name(type);
    if (!schemas.containsKey(name)) {
      schemas.put(name, Map.of());
      schemas.put(name, record(type));
    }
    return ordered("$ref", SCHEMAS + name);
  }

  private Map<String, Object> record(Class<?> type) {
    RecordText text = RecordText.of(sources, type);
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      Map<String, Object> schema = schema(component.getAnnotatedType());
      String said = text.components().get(component.getName());
      if (said != null) {
        schema.put("description", said);
      }
      String key = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      properties.put(key, schema);
      names.add(key);
    }
    Map<String, Object> schema = ordered("type", "object");
    if (!text.summary().isEmpty()) {
      schema.put("description", text.summary());
    }
    schema.put("properties", properties);
    // What is absent is told as null, so every key is there.
    schema.put("required", names);
    return schema;
  }

  private Map<String, Object> schema(AnnotatedType type) {
    Map<String, Object> schema = bare(type);
    if (!type.isAnnotationPresent(Nullable.class)) {
      return schema;
    }
    if (schema.containsKey("$ref")) {
      return ordered("anyOf", List.of(schema, ordered("type", "null")));
    }
    schema.put("type", List.of(String.valueOf(schema.get("type")), "null"));
    return schema;
  }

  private Map<String, Object> bare(AnnotatedType type) {
    if (type instanceof AnnotatedParameterizedType generic) {
      AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
      Map<String, Object> last = schema(arguments[arguments.length - 1]);
      return arguments.length == 1
          ? ordered("type", "array", "items", last)
          : ordered("type", "object", "additionalProperties", last);
    }
    if (!(type.getType() instanceof Class<?> plain)) {
      throw new IllegalArgumentException("no schema for " + type);
    }
    if (plain == String.class) {
      return ordered("type", "string");
    }
    if (plain == Instant.class) {
      return ordered("type", "string", "format", "date-time");
    }
    if (plain == boolean.class || plain == Boolean.class) {
      return ordered("type", "boolean");
    }
    if (plain == int.class || plain == Integer.class) {
      return ordered("type", "integer", "format", "int32");
    }
    if (plain == long.class || plain == Long.class) {
      return ordered("type", "integer", "format", "int64");
    }
    if (plain == double.class || plain == Double.class) {
      return ordered("type", "number", "format", "double");
    }
    if (plain.isRecord()) {
      return refer(plain);
    }
    throw new IllegalArgumentException("no schema for " + plain);
  }

  /// As `ServiceReport`, or `ServiceReport.Pool`.
  private static String name(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    return outer == null ? type.getSimpleName() : name(outer) + "." + type.getSimpleName();
  }

  /// As `post_overrides`, `get_services_by_name`.
  private static String id(Route route) {
    String path =
        SEGMENT
            .matcher(route.path().replace("/api/v1/", "/"))
            .replaceAll("by_$1")
            .replaceAll("[/.]", "_");
    return route.method().toLowerCase(Locale.ROOT) + (path.equals("_") ? "_routes" : path);
  }

  static Map<String, Object> ordered(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }

  /// What is written above a record.
  ///
  /// @param summary its first sentence
  /// @param components what is said of each, by its name
  private record RecordText(String summary, Map<String, String> components) {

    static RecordText of(Path sources, Class<?> type) {
      Class<?> outermost = type;
      while (outermost.getDeclaringClass() != null) {
        outermost = outermost.getDeclaringClass();
      }
      try {
        String source = Files.readString(sources.resolve(outermost.getSimpleName() + ".java"));
        Matcher comment =
            Pattern.compile(
                    "((?: *///[^\\n]*\\n)+) *(?:public )?record " + type.getSimpleName() + "\\(")
                .matcher(source);
        return comment.find() ? of(comment.group(1)) : new RecordText("", Map.of());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static RecordText of(String comment) {
      String text = comment.replaceAll("(?m)^ */// ?", "").replace('\n', ' ').strip();
      String[] parts = text.split(" *@param ", -1);
      Map<String, String> components = new LinkedHashMap<>();
      for (int i = 1; i < parts.length; i++) {
        String[] words = parts[i].strip().split("\\s+", 2);
        if (words.length == 2) {
          components.put(words[0], words[1].replaceAll("\\s+", " "));
        }
      }
      return new RecordText(parts[0].strip().replaceAll("\\s+", " "), components);
    }
  }
}
