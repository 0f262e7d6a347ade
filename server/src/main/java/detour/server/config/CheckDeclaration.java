package detour.server.config;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import detour.server.options.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The value of a `check` key, or of a check of the type `calculated`; its names not yet looked up.
///
/// @param needed how many of them must be up; [#ALL] for every one
record CheckDeclaration(int needed, List<Placed<Use>> uses) {
  static final int ALL = -1;
  static final CheckDeclaration NONE = new CheckDeclaration(ALL, List.of());
  static final String NONE_WORD = "none";
  static final String CALCULATED = "calculated";

  /// One check of the list.
  sealed interface Use {
    /// A key of `checks`.
    record Named(String name) implements Use {}

    record Inline(CheckForm check) implements Use {}

    /// A service by its name.
    record ServiceUp(String name) implements Use {}

    record Not(Placed<Use> use) implements Use {}
  }

  private static final OptionType<Use> NAME = new OptionType.Made<>(checkName(), Use.Named::new);
  private static final Option<String> SERVICE =
      Option.required(
          "service",
          TextForms.domain("the name of a service, as www.example.com"),
          "The service of this name: up while it has an available pool.");
  private static final OptionType<Use> SERVICE_FORM =
      new OptionType.Section<>(List.of(SERVICE), values -> new Use.ServiceUp(values.of(SERVICE)));
  private static final OptionType<Placed<Use>> NEGATED =
      new OptionType.Located<>(
          new OptionType.Either<>(
              List.of(NAME, new OptionType.ByKey<>(Map.of("service", SERVICE_FORM)))));
  private static final Option<Placed<Use>> NOT =
      Option.required("not", NEGATED, "A check or service that must be down.");
  private static final OptionType<Use> NOT_FORM =
      new OptionType.Section<>(List.of(NOT), values -> new Use.Not(values.of(NOT)));

  /// What a `check` key may be.
  static OptionType<CheckDeclaration> type(OptionType.Tagged<CheckForm> check) {
    Map<String, OptionType<? extends Use>> forms = new LinkedHashMap<>();
    forms.put("type", new OptionType.Made<>(check, Use.Inline::new));
    forms.putAll(references());
    OptionType<Use> use = new OptionType.Either<>(List.of(NAME, new OptionType.ByKey<>(forms)));
    OptionType<List<Placed<Use>>> list = new OptionType.Items<>(new OptionType.Located<>(use), 1);
    return new OptionType.Either<>(
        List.of(
            new OptionType.Made<>(new OptionType.Located<>(checkName()), CheckDeclaration::byName),
            new OptionType.Made<>(list, uses -> new CheckDeclaration(ALL, uses)),
            new OptionType.ByKey<>(mappings(forms, list))));
  }

  /// The keys of a check of the type `calculated`.
  static OptionType.Section<CheckForm> calculated() {
    OptionType<Use> use =
        new OptionType.Either<>(List.of(NAME, new OptionType.ByKey<>(references())));
    OptionType<List<Placed<Use>>> list = new OptionType.Items<>(new OptionType.Located<>(use), 1);
    Option<List<Placed<Use>>> all =
        Option.optional("all", list, "Checks and services that must all be up.");
    Option<List<Placed<Use>>> any =
        Option.optional("any", list, "Checks and services of which one must be up.");
    Option<Integer> atLeast =
        Option.optional(
            "at_least", new OptionType.Whole(1, 100), "How many of those in `of` must be up.");
    Option<List<Placed<Use>>> of =
        Option.optional("of", list, "The checks and services that are counted.");
    Option<Placed<Use>> not =
        Option.optional("not", NEGATED, "A check or service that must be down.");
    return new OptionType.Section<>(
        List.of(all, any, atLeast, of, not),
        values -> new CheckForm.Calculated(calculated(values, all, any, atLeast, of, not)));
  }

  private static CheckDeclaration calculated(
      Values values,
      Option<List<Placed<Use>>> all,
      Option<List<Placed<Use>>> any,
      Option<Integer> atLeast,
      Option<List<Placed<Use>>> of,
      Option<Placed<Use>> not) {
    if ((values.orNull(atLeast) == null) != (values.orNull(of) == null)) {
      throw new IllegalArgumentException("at_least and of belong together");
    }
    List<CheckDeclaration> given = new ArrayList<>();
    List<Placed<Use>> allOf = values.orNull(all);
    if (allOf != null) {
      given.add(new CheckDeclaration(ALL, allOf));
    }
    List<Placed<Use>> anyOf = values.orNull(any);
    if (anyOf != null) {
      given.add(new CheckDeclaration(1, anyOf));
    }
    Integer needed = values.orNull(atLeast);
    if (needed != null) {
      given.add(counted(needed, Objects.requireNonNull(values.orNull(of))));
    }
    Placed<Use> negated = values.orNull(not);
    if (negated != null) {
      given.add(single(new Placed<>(new Use.Not(negated), negated.place())));
    }
    if (given.size() != 1) {
      throw new IllegalArgumentException(
          "expected exactly one of all, any, at_least with of, and not");
    }
    return given.getFirst();
  }

  private static Map<String, OptionType<? extends Use>> references() {
    Map<String, OptionType<? extends Use>> forms = new LinkedHashMap<>();
    forms.put("service", SERVICE_FORM);
    forms.put("not", NOT_FORM);
    return forms;
  }

  private static Map<String, OptionType<? extends CheckDeclaration>> mappings(
      Map<String, OptionType<? extends Use>> single, OptionType<List<Placed<Use>>> list) {
    Map<String, OptionType<? extends CheckDeclaration>> forms = new LinkedHashMap<>();
    single.forEach((key, form) -> forms.put(key, singleForm(form)));
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

  private static OptionType<CheckDeclaration> singleForm(OptionType<? extends Use> form) {
    return new OptionType.Made<>(
        new OptionType.Located<>(form),
        placed -> single(new Placed<>(placed.value(), placed.place())));
  }

  private static CheckDeclaration single(Placed<Use> use) {
    return new CheckDeclaration(ALL, List.of(use));
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
        : single(new Placed<>(new Use.Named(name.value()), name.place()));
  }

  static OptionType.Text<String> checkName() {
    OptionType.Text<String> name = TextForms.name();
    return new OptionType.Text<>("the name of a check", name.read(), name.jsonPattern());
  }
}
