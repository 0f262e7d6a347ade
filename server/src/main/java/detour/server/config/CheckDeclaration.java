package detour.server.config;

import detour.failover.model.Check;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The value of a `check` key, its names not yet looked up.
///
/// @param needed how many of them must be up; [#ALL] for every one
record CheckDeclaration(int needed, List<Placed<Use>> uses) {
  static final int ALL = -1;
  static final CheckDeclaration NONE = new CheckDeclaration(ALL, List.of());
  static final String NONE_WORD = "none";

  /// One check of the list.
  sealed interface Use {
    /// A key of `checks`.
    record Named(String name) implements Use {}

    record Inline(Check check) implements Use {}
  }

  static OptionType<CheckDeclaration> type(OptionType.Tagged<Check> check) {
    OptionType.Text<String> name = checkName();
    OptionType<Use> use =
        new OptionType.Either<>(
            List.of(
                new OptionType.Made<>(name, Use.Named::new),
                new OptionType.Made<>(check, Use.Inline::new)));
    OptionType<List<Placed<Use>>> list = new OptionType.Items<>(new OptionType.Located<>(use), 1);
    return new OptionType.Either<>(
        List.of(
            new OptionType.Made<>(new OptionType.Located<>(name), CheckDeclaration::byName),
            new OptionType.Made<>(list, uses -> new CheckDeclaration(ALL, uses)),
            new OptionType.ByKey<>(mappings(check, list))));
  }

  private static Map<String, OptionType<? extends CheckDeclaration>> mappings(
      OptionType.Tagged<Check> check, OptionType<List<Placed<Use>>> list) {
    Map<String, OptionType<? extends CheckDeclaration>> forms = new LinkedHashMap<>();
    forms.put(
        "type",
        new OptionType.Made<>(
            new OptionType.Located<>(check),
            placed ->
                new CheckDeclaration(
                    ALL, List.of(new Placed<>(new Use.Inline(placed.value()), placed.place())))));
    Option<List<Placed<Use>>> all =
        Option.required("all", list, "Checks that must all be up. A plain list means the same.");
    forms.put(
        "all",
        new OptionType.Section<>(
            List.of(all), values -> new CheckDeclaration(ALL, values.of(all))));
    Option<List<Placed<Use>>> any = Option.required("any", list, "Checks of which one must be up.");
    forms.put(
        "any",
        new OptionType.Section<>(List.of(any), values -> new CheckDeclaration(1, values.of(any))));
    Option<Integer> atLeast =
        Option.required(
            "at_least", new OptionType.Whole(1, 100), "How many of the checks in `of` must be up.");
    Option<List<Placed<Use>>> of = Option.required("of", list, "The checks that are counted.");
    forms.put(
        "at_least",
        new OptionType.Section<>(
            List.of(atLeast, of), values -> counted(values.of(atLeast), values.of(of))));
    return forms;
  }

  private static CheckDeclaration counted(int needed, List<Placed<Use>> uses) {
    if (needed > uses.size()) {
      throw new IllegalArgumentException(
          "at_least is " + needed + ", but 'of' lists " + uses.size() + " checks");
    }
    return new CheckDeclaration(needed, uses);
  }

  private static CheckDeclaration byName(Placed<String> name) {
    return name.value().equals(NONE_WORD)
        ? NONE
        : new CheckDeclaration(
            ALL, List.of(new Placed<>(new Use.Named(name.value()), name.place())));
  }

  private static OptionType.Text<String> checkName() {
    OptionType.Text<String> name = TextForms.name();
    return new OptionType.Text<>("the name of a check", name.read(), name.jsonPattern());
  }
}
