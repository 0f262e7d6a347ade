package detour.server.config;

import detour.server.options.CheckKind;
import detour.server.options.Option;
import detour.server.options.OptionType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The JSON Schema (2020-12) of the configuration, for editors.
///
/// It accepts whatever the reader accepts. What only several keys together can show to be wrong, it
/// lets pass.
public final class ConfigurationSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// Schemas that stand in several places, each written once.
  private final ObjectNode definitions = JSON.objectNode();

  private ConfigurationSchema() {}

  /// The schema as text, ending in a line feed.
  public static String json(List<? extends CheckKind> kinds) {
    ConfigurationFormat format = ConfigurationFormat.of(kinds);
    ObjectNode schema = JSON.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "Detour configuration");
    ConfigurationSchema root = new ConfigurationSchema();
    schema.setAll(root.mapping(format.options()));
    schema.set("$defs", root.definitions);
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    return JsonMapper.builder()
            .build()
            .writer()
            .with(
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter))
            .writeValueAsString(schema)
        + "\n";
  }

  private ObjectNode mapping(List<Option<?>> options) {
    ObjectNode schema = JSON.objectNode();
    schema.put("type", "object");
    schema.put("additionalProperties", false);
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = JSON.arrayNode();
    for (Option<?> option : options) {
      ObjectNode property = properties.putObject(option.key());
      property.put("description", option.doc());
      property.setAll(of(option.type()));
      if (option.required()) {
        required.add(option.key());
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    return schema;
  }

  private ObjectNode of(OptionType<?> type) {
    return switch (type) {
      case OptionType.Text<?> text -> text(text);
      case OptionType.Whole(long min, long max) ->
          typed("integer").put("minimum", min).put("maximum", max);
      case OptionType.Flag() -> typed("boolean");
      case OptionType.Span(Duration _, Duration _) ->
          typed("string").put("pattern", Durations.JSON_PATTERN);
      case OptionType.Seconds(Duration _, Duration _) ->
          typed("string").put("pattern", Durations.JSON_PATTERN_SECONDS);
      case OptionType.Choice<?> choice -> words(choice.words());
      case OptionType.Many<?> many -> anyOf(List.of(of(many.item()), list(many.item(), 1)));
      case OptionType.Items<?> items -> list(items.item(), items.least());
      case OptionType.Named<?> named -> named(named);
      case OptionType.Section<?> section -> mapping(section.options());
      case OptionType.Located<?> located -> of(located.item());
      case OptionType.Made<?, ?> made -> of(made.from());
      case OptionType.Either<?> either -> anyOf(either.forms().stream().map(this::of).toList());
      case OptionType.ByKey<?> byKey ->
          anyOf(byKey.forms().values().stream().map(this::of).toList());
      case OptionType.Tagged<?> tagged -> tagged(tagged);
    };
  }

  private static ObjectNode typed(String type) {
    return JSON.objectNode().put("type", type);
  }

  /// The reader takes numbers and flags for text where their text will do.
  private static ObjectNode text(OptionType.Text<?> text) {
    Pattern pattern = Pattern.compile(text.jsonPattern());
    ObjectNode schema = JSON.objectNode();
    ArrayNode types = schema.putArray("type").add("string");
    if (Stream.of("1", "2", "200").anyMatch(number -> pattern.matcher(number).find())) {
      types.add("integer");
    }
    if (Stream.of("1.1", "1.2", "1.5").anyMatch(number -> pattern.matcher(number).find())) {
      types.add("number");
    }
    if (pattern.matcher("true").find()) {
      types.add("boolean");
    }
    return schema.put("pattern", text.jsonPattern());
  }

  private static ObjectNode words(List<String> words) {
    ObjectNode schema = JSON.objectNode();
    ArrayNode values = schema.putArray("enum");
    words.forEach(values::add);
    return schema;
  }

  private ObjectNode list(OptionType<?> item, int least) {
    ObjectNode schema = typed("array");
    if (least > 0) {
      schema.put("minItems", least);
    }
    schema.set("items", of(item));
    return schema;
  }

  private ObjectNode named(OptionType.Named<?> named) {
    ObjectNode schema = typed("object");
    schema.putObject("propertyNames").put("pattern", named.key().jsonPattern());
    schema.set("additionalProperties", of(named.item()));
    return schema;
  }

  private ObjectNode tagged(OptionType.Tagged<?> tagged) {
    String name = "by_" + tagged.tag();
    ObjectNode reference = JSON.objectNode().put("$ref", "#/$defs/" + name);
    if (definitions.has(name)) {
      return reference;
    }
    ObjectNode schema = definitions.putObject(name);
    ArrayNode forms = schema.putArray("oneOf");
    for (Map.Entry<String, ? extends OptionType.Section<?>> form : tagged.forms().entrySet()) {
      ObjectNode mapping = mapping(form.getValue().options());
      ObjectNode tag = JSON.objectNode();
      tag.put("description", tagged.doc());
      tag.put("const", form.getKey());
      ((ObjectNode) mapping.get("properties")).set(tagged.tag(), tag);
      mapping.withArray("required").add(tagged.tag());
      forms.add(mapping);
    }
    return reference;
  }

  private static ObjectNode anyOf(List<ObjectNode> schemas) {
    ObjectNode schema = JSON.objectNode();
    schema.putArray("anyOf").addAll(schemas);
    return schema;
  }
}
