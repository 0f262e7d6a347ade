package detour.server.config;

import detour.failover.model.Quorum;
import detour.failover.model.Share;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import java.util.List;
import java.util.Objects;

/// The keys of `failover`: how the vantages of a cluster decide.
///
/// @param minPresent 0 for the default
record FailoverDeclaration(Quorum quorum, int minPresent, boolean perRegion) {
  static final FailoverDeclaration DEFAULT =
      new FailoverDeclaration(new Quorum.Majority(), 0, false);

  private static final OptionType<Quorum> QUORUM_FORM =
      new OptionType.Either<>(
          List.of(
              new OptionType.Text<>(
                  "majority, any, all, a number, or a percentage from 1% to 100%",
                  FailoverDeclaration::quorum, "^(majority|any|all|[0-9]{1,3}%)$"),
              new OptionType.Made<>(
                  new OptionType.Whole(1, 1_000),
                  count -> new Quorum.AtLeast(Share.count(count)))));

  private static final Option<Quorum> QUORUM =
      Option.withDefault(
          "quorum",
          QUORUM_FORM,
          DEFAULT.quorum(),
          "How many of the vantages present must say DOWN for an endpoint to be down: `majority`,"
              + " `any`, `all`, a number, or a percentage.");
  private static final Option<Integer> MIN_PRESENT =
      Option.optional(
          "min_present",
          new OptionType.Whole(1, 1_000),
          "While fewer vantages are present no verdict changes. Default: a majority of those"
              + " declared.");
  private static final Option<Boolean> PER_REGION =
      Option.withDefault(
          "per_region",
          new OptionType.Flag(),
          false,
          "Whether each region decides by its own majority first. Then `quorum` and `min_present`"
              + " count regions.");

  static Option<Placed<FailoverDeclaration>> option() {
    return Option.optional(
        "failover",
        new OptionType.Located<>(
            new OptionType.Section<>(
                List.of(QUORUM, MIN_PRESENT, PER_REGION),
                values ->
                    new FailoverDeclaration(
                        values.of(QUORUM),
                        Objects.requireNonNullElse(values.orNull(MIN_PRESENT), 0),
                        values.of(PER_REGION)))),
        "How the vantages of a cluster decide together.");
  }

  private static Quorum quorum(String text) {
    return switch (text) {
      case "majority" -> new Quorum.Majority();
      case "any" -> new Quorum.Any();
      case "all" -> new Quorum.All();
      default -> new Quorum.AtLeast(TextForms.percentage(text));
    };
  }
}
