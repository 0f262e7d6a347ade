package detour.server.config;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Place;
import detour.server.options.Placed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Reads a YAML tree by the description of its keys. Every problem is reported with its place;
/// reading goes on beside it.
///
/// It descends only as far as the description does, so neither depth nor cyclic aliases of the
/// document matter.
final class Binder {
  private final Problems problems;

  Binder(Problems problems) {
    this.problems = problems;
  }

  /// The value, or null when it will not do and the problem was reported.
  <V> @Nullable V bind(Node node, OptionType<V> type, String path) {
    // Every branch yields what its type says; only the switch cannot show it to the compiler.
    @SuppressWarnings("unchecked")
    V value =
        (V)
            switch (type) {
              case OptionType.Text<?> text -> text(node, text, path);
              case OptionType.Whole whole -> whole(node, whole, path);
              case OptionType.Flag flag -> flag(node, flag, path);
              case OptionType.Span span -> duration(node, span, span.min(), span.max(), path);
              case OptionType.Seconds span -> duration(node, span, span.min(), span.max(), path);
              case OptionType.Choice<?> choice -> choice(node, choice, path);
              case OptionType.Many<?> many -> many(node, many, path);
              case OptionType.Items<?> items -> items(node, items, path);
              case OptionType.Named<?> named -> named(node, named, path);
              case OptionType.Section<?> section -> section(node, section, path);
              case OptionType.Located<?> located -> located(node, located, path);
              case OptionType.Made<?, ?> made -> made(node, made, path);
              case OptionType.Either<?> either -> either(node, either, path);
              case OptionType.ByKey<?> byKey -> byKey(node, byKey, path);
              case OptionType.Tagged<?> tagged -> tagged(node, tagged, path);
            };
    return value;
  }

  /// The values of a mapping's declared keys as far as they will do; null when it is no mapping.
  ///
  /// @param ignored a key that somebody else reads, or null
  @Nullable BoundValues values(
      Node node, List<Option<?>> options, String path, @Nullable String ignored) {
    Map<String, Entry> entries = entries(node, path);
    if (entries == null) {
      return null;
    }
    BoundValues values = new BoundValues();
    Set<String> known = new LinkedHashSet<>();
    for (Option<?> option : options) {
      known.add(option.key());
      Entry entry = entries.get(option.key());
      if (entry != null) {
        int before = problems.count();
        Object value = asFarAsItWillDo(entry.value(), option.type(), child(path, option.key()));
        values.put(option, value, problems.count() == before);
      } else if (option.required()) {
        values.put(option, null, false);
        problems.report(
            place(node, path),
            "the key " + option.key() + " is missing; expected " + Wording.expected(option.type()),
            "nothing",
            option.key());
      }
    }
    for (Map.Entry<String, Entry> entry : entries.entrySet()) {
      if (!known.contains(entry.getKey()) && !entry.getKey().equals(ignored)) {
        values.fail();
        unknownKey(entry.getValue().key(), entry.getKey(), known, ignored, path);
      }
    }
    return values;
  }

  /// The other items of a list are worth checking when one will not do.
  private @Nullable Object asFarAsItWillDo(Node node, OptionType<?> type, String path) {
    return switch (type) {
      case OptionType.Items<?> items -> successes(node, items, path);
      case OptionType.Named<?> named -> namedSuccesses(node, named, path);
      default -> bind(node, type, path);
    };
  }

  private void unknownKey(
      Node key, String name, Set<String> known, @Nullable String ignored, String path) {
    Set<String> all = new TreeSet<>(known);
    if (ignored != null) {
      all.add(ignored);
    }
    String suggestion = Wording.suggestion(name, all);
    String expected = String.join(", ", all);
    problems.report(
        place(key, path),
        "unknown key "
            + Wording.quoted(name)
            + (suggestion.isEmpty() ? "; known here: " + expected : suggestion),
        Wording.quoted(name),
        expected);
  }

  private <V> @Nullable V section(Node node, OptionType.Section<V> section, String path) {
    return section(node, section, path, null);
  }

  private <V> @Nullable V section(
      Node node, OptionType.Section<V> section, String path, @Nullable String ignored) {
    BoundValues values = values(node, section.options(), path, ignored);
    if (values == null || values.failed()) {
      return null;
    }
    return attempt(node, path, () -> section.build().apply(values));
  }

  private <V> @Nullable V tagged(Node node, OptionType.Tagged<V> tagged, String path) {
    Map<String, Entry> entries = entries(node, path);
    if (entries == null) {
      return null;
    }
    Set<String> words = tagged.forms().keySet();
    Entry tag = entries.get(tagged.tag());
    if (tag == null) {
      problems.report(
          place(node, path),
          "the key " + tagged.tag() + " is missing; expected " + Wording.alternatives(words),
          "nothing",
          tagged.tag());
      return null;
    }
    OptionType.Section<V> form =
        tag.value() instanceof ScalarNode scalar ? tagged.forms().get(scalar.getValue()) : null;
    if (form == null) {
      String hint =
          tag.value() instanceof ScalarNode scalar
              ? Wording.suggestion(scalar.getValue(), words)
              : "";
      mismatch(tag.value(), child(path, tagged.tag()), Wording.alternatives(words), hint);
      return null;
    }
    return section(node, form, path, tagged.tag());
  }

  private <V> @Nullable V byKey(Node node, OptionType.ByKey<V> byKey, String path) {
    if (!(node instanceof MappingNode mapping)) {
      mismatch(node, path, Wording.expected(byKey), "");
      return null;
    }
    List<String> present = new ArrayList<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key
          && byKey.forms().containsKey(key.getValue())
          && !present.contains(key.getValue())) {
        present.add(key.getValue());
      }
    }
    OptionType<? extends V> form =
        present.size() == 1 ? byKey.forms().get(present.getFirst()) : null;
    if (form != null) {
      return bind(node, form, path);
    }
    String expected = Wording.alternatives(byKey.forms().keySet());
    if (present.isEmpty()) {
      Set<String> keys = byKey.forms().keySet();
      String hint =
          mapping.getValue().stream()
              .map(tuple -> tuple.getKeyNode() instanceof ScalarNode k ? k.getValue() : "")
              .map(key -> Wording.suggestion(key, keys))
              .filter(suggestion -> !suggestion.isEmpty())
              .findFirst()
              .orElse("");
      problems.report(
          place(node, path), "expected one of the keys " + expected + hint, "neither", expected);
    } else {
      String both = String.join(" and ", present);
      problems.report(place(node, path), both + " exclude each other", both, expected);
    }
    return null;
  }

  private <V> @Nullable V either(Node node, OptionType.Either<V> either, String path) {
    for (Shape shape : Shape.of(node).orText()) {
      for (OptionType<? extends V> form : either.forms()) {
        if (Shape.of(form) == shape) {
          return bind(node, form, path);
        }
      }
    }
    mismatch(node, path, Wording.expected(either), "");
    return null;
  }

  private <V> @Nullable Placed<V> located(Node node, OptionType.Located<V> located, String path) {
    V value = bind(node, located.item(), path);
    return value == null ? null : new Placed<>(value, place(node, path));
  }

  private <A, V> @Nullable V made(Node node, OptionType.Made<A, V> made, String path) {
    A from = bind(node, made.from(), path);
    return from == null ? null : attempt(node, path, () -> made.make().apply(from));
  }

  private <V> @Nullable List<V> many(Node node, OptionType.Many<V> many, String path) {
    if (node instanceof SequenceNode) {
      return items(node, new OptionType.Items<>(many.item(), 1), path);
    }
    V value = bind(node, many.item(), path);
    return value == null ? null : List.of(value);
  }

  private <V> @Nullable List<V> items(Node node, OptionType.Items<V> items, String path) {
    int before = problems.count();
    List<V> values = successes(node, items, path);
    return problems.count() == before ? values : null;
  }

  /// The items that will do, fewer than the list's when one will not.
  private <V> List<V> successes(Node node, OptionType.Items<V> items, String path) {
    if (!(node instanceof SequenceNode sequence)) {
      mismatch(node, path, Wording.expected(items), "");
      return List.of();
    }
    if (sequence.getValue().size() < items.least()) {
      String expected = "at least " + (items.least() == 1 ? "one item" : items.least() + " items");
      mismatch(node, path, expected, "");
    }
    List<V> values = new ArrayList<>();
    for (int i = 0; i < sequence.getValue().size(); i++) {
      V value = bind(sequence.getValue().get(i), items.item(), path + "[" + i + "]");
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  private <V> @Nullable Map<String, V> named(Node node, OptionType.Named<V> named, String path) {
    int before = problems.count();
    Map<String, V> values = namedSuccesses(node, named, path);
    return problems.count() == before ? values : null;
  }

  /// The entries that will do.
  private <V> Map<String, V> namedSuccesses(Node node, OptionType.Named<V> named, String path) {
    Map<String, Entry> entries = entries(node, path);
    if (entries == null) {
      return Map.of();
    }
    Map<String, V> values = new LinkedHashMap<>();
    entries.forEach((name, entry) -> {
      String key = bind(entry.key(), named.key(), path);
      V value = bind(entry.value(), named.item(), child(path, name));
      if (key != null && value != null) {
        values.put(key, value);
      }
    });
    return values;
  }

  private <V> @Nullable V text(Node node, OptionType.Text<V> text, String path) {
    // Numbers and flags are text where text is expected: nobody should have to quote `200`.
    if (!(node instanceof ScalarNode) || Shape.of(node) == Shape.NOTHING) {
      mismatch(node, path, text.expected(), "");
      return null;
    }
    return parse(node, text.read(), text, path);
  }

  private @Nullable Integer whole(Node node, OptionType.Whole whole, String path) {
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
      try {
        long value = Long.decode(scalar.getValue().replaceFirst("^([-+]?)0o", "$10"));
        if (value >= whole.min() && value <= whole.max()) {
          return Math.toIntExact(value);
        }
      } catch (ArithmeticException | NumberFormatException e) {
        // Reported below as any other number out of range.
      }
    }
    mismatch(node, path, Wording.expected(whole), "");
    return null;
  }

  private @Nullable Boolean flag(Node node, OptionType.Flag flag, String path) {
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
      return Boolean.valueOf(scalar.getValue());
    }
    mismatch(node, path, Wording.expected(flag), "");
    return null;
  }

  private @Nullable Duration duration(
      Node node, OptionType<Duration> type, Duration min, Duration max, String path) {
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
      mismatch(
          node, path, Wording.expected(type), " (a unit is missing: " + scalar.getValue() + "s?)");
      return null;
    }
    if (!(node instanceof ScalarNode scalar) || !scalar.getTag().equals(Tag.STR)) {
      mismatch(node, path, Wording.expected(type), "");
      return null;
    }
    Duration value = parse(node, Durations::parse, type, path);
    if (value == null) {
      return null;
    }
    boolean wrongUnit = type instanceof OptionType.Seconds && scalar.getValue().endsWith("ms");
    if (wrongUnit || value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      mismatch(node, path, Wording.expected(type), "");
      return null;
    }
    return value;
  }

  private <E extends Enum<E>> @Nullable E choice(
      Node node, OptionType.Choice<E> choice, String path) {
    String word = node instanceof ScalarNode scalar ? scalar.getValue() : "";
    int position = choice.words().indexOf(word);
    if (position < 0) {
      mismatch(node, path, Wording.expected(choice), Wording.suggestion(word, choice.words()));
      return null;
    }
    return choice.type().getEnumConstants()[position];
  }

  private <V> @Nullable V parse(
      Node node, Function<String, V> read, OptionType<?> type, String path) {
    try {
      return read.apply(((ScalarNode) node).getValue());
    } catch (IllegalArgumentException e) {
      String expected = Wording.expected(type);
      String reason = e.getMessage();
      boolean repeats = reason == null || reason.isBlank() || reason.equals(expected);
      mismatch(node, path, expected, repeats ? "" : " (" + Wording.oneLine(reason) + ")");
      return null;
    }
  }

  private <V> @Nullable V attempt(Node node, String path, java.util.function.Supplier<V> make) {
    try {
      return make.get();
    } catch (IllegalArgumentException e) {
      problems.report(place(node, path), Wording.oneLine(e.getMessage()));
      return null;
    }
  }

  /// The entries of a mapping by key, the first where a key is there twice; null and a problem when
  /// it is no mapping.
  @Nullable Map<String, Entry> entries(Node node, String path) {
    if (!(node instanceof MappingNode mapping)) {
      mismatch(node, path, "a mapping", "");
      return null;
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        mismatch(tuple.getKeyNode(), path, "a name as key", "");
        continue;
      }
      Entry first =
          entries.putIfAbsent(key.getValue(), new Entry(tuple.getKeyNode(), tuple.getValueNode()));
      if (first != null) {
        problems.report(
            place(key, path),
            "the key "
                + Wording.quoted(key.getValue())
                + " is already in line "
                + place(first.key(), path).line());
      }
    }
    return entries;
  }

  /// The entries of the document itself, whose mistakes [#values] has reported.
  Map<String, Entry> topLevel(Node root) {
    Map<String, Entry> entries = new Binder(new Problems("")).entries(root, "");
    return entries == null ? Map.of() : entries;
  }

  /// The keys of an entry's mapping, sound or not.
  Set<String> keys(@Nullable Entry entry) {
    return entry == null ? Set.of() : topLevel(entry.value()).keySet();
  }

  private void mismatch(Node node, String path, String expected, String hint) {
    problems.mismatch(place(node, path), Wording.found(node), expected, hint);
  }

  private static Place place(Node node, String path) {
    return YamlDocument.place(node, path);
  }

  private static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /// One key of a mapping and its value.
  record Entry(Node key, Node value) {}
}
