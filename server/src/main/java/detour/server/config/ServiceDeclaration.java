package detour.server.config;

import detour.failover.model.FailoverBudget;
import detour.failover.model.FencePolicy;
import detour.failover.model.Service.Failback;
import detour.failover.model.Service.Families;
import detour.failover.model.Service.UnknownHealth;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Place;
import detour.server.options.Placed;
import detour.server.options.Values;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One item of `services`, read but not yet judged together with the rest of the file.
///
/// @param owner null for `name`
/// @param ttlMin null for the default, which depends on `ttl`
/// @param check null when every pool or endpoint has its own
/// @param answer 0 for all
/// @param failoverBudget null for no limit
/// @param ramp zero for none
/// @param addresses null for yes, where no endpoint carries records
/// @param fence null for none
record ServiceDeclaration(
    String name,
    @Nullable String owner,
    Duration ttl,
    @Nullable Duration ttlMin,
    @Nullable CheckDeclaration check,
    List<Placed<PoolDeclaration>> pools,
    Failback failback,
    Duration failbackAfter,
    int answer,
    Placed<String> whenAllDown,
    Families families,
    UnknownHealth unknown,
    @Nullable FailoverBudget failoverBudget,
    Duration ramp,
    @Nullable Boolean addresses,
    boolean secondApprover,
    @Nullable FencePolicy fence) {
  private static final Duration MOST_TTL = Duration.ofDays(7);

  private static final Option<String> NAME =
      Option.required(
          "name",
          TextForms.ownerName("a domain name, as www.example.com"),
          "The domain name whose addresses, or other records, depend on health; inside one of the"
              + " zones. With `*.` before it, it answers for the names below that do not exist (RFC"
              + " 4592).");
  private static final Option<String> OWNER =
      Option.optional(
          "owner",
          TextForms.ownerName("a domain name, as example.com"),
          "The domain name that is answered for, where it is not `name`, by which commands and"
              + " checks know the service. Several services may have one owner, each for types of"
              + " its own: web by address and mail by MX at one apex. Default: `name`.");
  private static final Option<Duration> TTL =
      Option.withDefault(
          "ttl",
          new OptionType.Seconds(Duration.ZERO, MOST_TTL),
          Duration.ofSeconds(30),
          "How long resolvers may keep an answer while nothing is about to change.");
  private static final Option<Duration> TTL_MIN =
      Option.optional(
          "ttl_min",
          new OptionType.Seconds(Duration.ZERO, MOST_TTL),
          "The least TTL while a change is pending; at most `ttl`. Default: 5s, or `ttl` where that"
              + " is shorter.");
  private static final Option<Failback> FAILBACK =
      Option.withDefault(
          "failback",
          new OptionType.Choice<>(Failback.class),
          Failback.AUTO,
          "Whether an earlier pool that has recovered takes over by itself, or waits for an"
              + " operator.");
  private static final Option<Duration> FAILBACK_AFTER =
      Option.withDefault(
          "failback_after",
          new OptionType.Span(Duration.ZERO, Duration.ofDays(7)),
          Duration.ofSeconds(30),
          "How long an earlier pool must have stayed available before an automatic failback.");
  private static final Option<AnswerCount> ANSWER =
      Option.withDefault(
          "answer",
          answerCount(),
          new AnswerCount(0),
          "How many endpoints of the selected pool are answered: `one` is chosen by weight.");
  private static final Option<Placed<String>> WHEN_ALL_DOWN =
      Option.withDefault(
          "when_all_down",
          new OptionType.Located<>(whenAllDownWord()),
          new Placed<>("primary", new Place(0, 0, "")),
          "What is answered when no pool is available: the whole first pool (`primary`), what was"
              + " healthy `last`, `all` endpoints, `nodata`, `servfail`, or the pool of this name,"
              + " whatever its health.");
  private static final Option<Families> FAMILIES =
      Option.withDefault(
          "families",
          new OptionType.Choice<>(Families.class),
          Families.JOINT,
          "Whether IPv4 and IPv6 move to another pool together or each for itself.");
  private static final Option<UnknownHealth> UNKNOWN =
      Option.withDefault(
          "unknown",
          new OptionType.Choice<>(UnknownHealth.class),
          UnknownHealth.UP,
          "What an endpoint counts as until it was tested for the first time.");

  private static final Option<Integer> FAILOVERS =
      Option.required(
          "failovers",
          new OptionType.Whole(1, 10_000),
          "So many automatic failovers within `window` use it up.");
  private static final Option<Duration> BUDGET_WINDOW =
      Option.required(
          "window",
          new OptionType.Span(Duration.ofSeconds(1), Duration.ofDays(31)),
          "Within which failovers are counted.");
  private static final Option<FailoverBudget> FAILOVER_BUDGET =
      Option.optional(
          "failover_budget",
          new OptionType.Section<>(
              List.of(FAILOVERS, BUDGET_WINDOW),
              values -> new FailoverBudget(values.of(FAILOVERS), values.of(BUDGET_WINDOW))),
          "How many automatic failovers there may be before the service stops failing back by"
              + " itself and waits for `detour failback`. A pool that cannot serve is left all the"
              + " same. Default: no limit.");
  private static final Option<Duration> RAMP =
      Option.withDefault(
          "ramp",
          new OptionType.Span(Duration.ZERO, Duration.ofDays(1)),
          Duration.ZERO,
          "Over how long an endpoint that came back gets its full weight again, in ten steps. For"
              + " services whose `answer` is a number: with `all` weights do not matter.");

  private static final Option<Boolean> ADDRESSES =
      Option.optional(
          "addresses",
          new OptionType.Flag(),
          "Whether the endpoints' addresses are answered. To be said where endpoints have"
              + " `records`: with `false` only those are answered, and A and AAAA are left to the"
              + " zone. Elsewhere always `true`.");

  private static final Option<Boolean> SECOND_APPROVER =
      Option.withDefault(
          "second_approver",
          new OptionType.Flag(),
          false,
          "Whether an override, a drill or a maintenance is in force only once somebody else than"
              + " its author has approved it with `detour approve`, within an hour.");
  private static final Option<FencePolicy> FENCE = FenceDeclaration.option();

  /// The name that it answers for.
  String ownerName() {
    return owner == null ? name : owner;
  }

  static OptionType<ServiceDeclaration> type(OptionType<CheckDeclaration> checkType) {
    Option<CheckDeclaration> check =
        Option.optional(
            "check",
            checkType,
            "How the endpoints are tested: the name of one of `checks`, a check written here, a"
                + " list of them, or `none` for endpoints that always count as healthy.");
    Option<List<Placed<PoolDeclaration>>> pools =
        Option.required(
            "pools",
            new OptionType.Items<>(new OptionType.Located<>(PoolDeclaration.type(checkType)), 1),
            "Groups of endpoints. The first is the primary, the next ones stand by, in this"
                + " order.");
    return new OptionType.Section<>(
        List.of(
            NAME,
            OWNER,
            TTL,
            TTL_MIN,
            check,
            pools,
            FAILBACK,
            FAILBACK_AFTER,
            ANSWER,
            WHEN_ALL_DOWN,
            FAMILIES,
            UNKNOWN,
            FAILOVER_BUDGET,
            RAMP,
            ADDRESSES,
            SECOND_APPROVER,
            FENCE),
        values -> of(values, check, pools));
  }

  private static ServiceDeclaration of(
      Values values, Option<CheckDeclaration> check, Option<List<Placed<PoolDeclaration>>> pools) {
    return new ServiceDeclaration(
        values.of(NAME),
        values.orNull(OWNER),
        values.of(TTL),
        values.orNull(TTL_MIN),
        values.orNull(check),
        values.of(pools),
        values.of(FAILBACK),
        values.of(FAILBACK_AFTER),
        values.of(ANSWER).count(),
        values.of(WHEN_ALL_DOWN),
        values.of(FAMILIES),
        values.of(UNKNOWN),
        values.orNull(FAILOVER_BUDGET),
        values.of(RAMP),
        values.orNull(ADDRESSES),
        values.of(SECOND_APPROVER),
        values.orNull(FENCE));
  }

  private static OptionType<AnswerCount> answerCount() {
    return new OptionType.Either<>(
        List.of(
            new OptionType.Made<>(
                new OptionType.Choice<>(AnswerWord.class),
                word -> new AnswerCount(word == AnswerWord.ONE ? 1 : 0)),
            new OptionType.Made<>(new OptionType.Whole(1, 65_535), AnswerCount::new)));
  }

  private static OptionType.Text<String> whenAllDownWord() {
    OptionType.Text<String> name = TextForms.name();
    return new OptionType.Text<>(
        "primary, last, all, nodata, servfail or the name of a pool",
        name.read(),
        name.jsonPattern());
  }

  private record AnswerCount(int count) {
    @Override
    public String toString() {
      return count == 0 ? "all" : Integer.toString(count);
    }
  }

  private enum AnswerWord {
    ONE,
    ALL
  }
}
