package detour.server.config;

import detour.server.options.OptionType;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// What a value looks like in YAML and JSON; the forms of an [OptionType.Either] differ in it.
enum Shape {
  TEXT,
  NUMBER,
  FLAG,
  LIST,
  MAPPING,
  NOTHING;

  static Shape of(Node node) {
    return switch (node) {
      case SequenceNode _ -> LIST;
      case MappingNode _ -> MAPPING;
      case ScalarNode scalar when scalar.getTag().equals(Tag.STR) -> TEXT;
      case ScalarNode scalar when scalar.getTag().equals(Tag.BOOL) -> FLAG;
      case ScalarNode scalar when scalar.getTag().equals(Tag.INT) -> NUMBER;
      case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> NOTHING;
      default -> TEXT;
    };
  }

  /// The shapes that a value of this one may be read as, best first.
  List<Shape> orText() {
    return this == NUMBER || this == FLAG ? List.of(this, TEXT) : List.of(this);
  }

  static Shape of(OptionType<?> type) {
    return switch (type) {
      case OptionType.Text<?> _, OptionType.Span _, OptionType.Seconds _, OptionType.Choice<?> _ ->
          TEXT;
      case OptionType.Whole _ -> NUMBER;
      case OptionType.Flag _ -> FLAG;
      case OptionType.Many<?> _, OptionType.Items<?> _ -> LIST;
      case OptionType.Named<?> _,
          OptionType.Section<?> _,
          OptionType.ByKey<?> _,
          OptionType.Tagged<?> _ ->
          MAPPING;
      case OptionType.Located<?> located -> of(located.item());
      case OptionType.Made<?, ?> made -> of(made.from());
      case OptionType.Either<?> _ ->
          throw new IllegalArgumentException("forms of forms have no one shape");
    };
  }
}
