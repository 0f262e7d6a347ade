package detour.server.config;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.RateLimits;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import java.time.Duration;
import java.util.List;

/// The keys of `listen.rate_limit`: how many responses over UDP a prefix of clients gets.
final class RateLimitOptions {
  private static final RateLimits DEFAULT = RateLimits.DEFAULT;

  /// Each is compared with every client's address.
  private static final int MOST_EXEMPT = 256;

  private static final OptionType<RateLimits.Mode> MODES =
      new OptionType.Choice<>(RateLimits.Mode.class);
  private static final Option<RateLimits.Mode> MODE =
      Option.withDefault(
          "mode",
          MODES,
          DEFAULT.mode(),
          "`on`: responses above a limit are left out or sent truncated. `count`: they are sent,"
              + " and counted in the metrics. `off`: there are no limits.");
  private static final Option<Integer> ANSWERS =
      rate("answers", DEFAULT.answers(), "Answers about one name that exists");
  private static final Option<Integer> NXDOMAIN =
      rate("nxdomain", DEFAULT.nxdomain(), "Answers about names that do not exist");
  private static final Option<Integer> REFERRALS =
      rate("referrals", DEFAULT.referrals(), "Referrals to the servers of delegated zones");
  private static final Option<Integer> ERRORS =
      rate("errors", DEFAULT.errors(), "Refusals and other errors");
  private static final Option<Integer> ALL =
      rate("all", DEFAULT.all(), "Responses of every kind together");
  private static final Option<Duration> BURST =
      Option.withDefault(
          "burst",
          new OptionType.Span(RateLimits.SHORTEST_BURST, RateLimits.LONGEST_BURST),
          DEFAULT.burst(),
          "A prefix that has asked nothing for so long may have the responses of this time at"
              + " once.");
  private static final Option<Integer> SLIP =
      Option.withDefault(
          "slip",
          new OptionType.Whole(0, 1_000),
          DEFAULT.slip(),
          "One in so many responses above a limit goes out truncated, so that a resolver comes over"
              + " TCP; 0 for none, 1 for all.");
  private static final Option<Integer> IPV4_PREFIX =
      Option.withDefault(
          "ipv4_prefix",
          new OptionType.Whole(1, 32),
          DEFAULT.ipv4Bits(),
          "Clients whose addresses begin with so many equal bits share their limits.");
  private static final Option<Integer> IPV6_PREFIX =
      Option.withDefault(
          "ipv6_prefix", new OptionType.Whole(1, 128), DEFAULT.ipv6Bits(), "The same for IPv6.");
  private static final Option<List<AddressPrefix>> EXEMPT =
      Option.withDefault(
          "exempt",
          new OptionType.Items<>(TextForms.prefix(), 0),
          DEFAULT.exempt(),
          "Prefixes whose clients are not limited. A list that is given replaces the default.");

  private RateLimitOptions() {}

  static Option<RateLimits> option() {
    OptionType<RateLimits> section =
        new OptionType.Section<>(
            List.of(
                MODE,
                ANSWERS,
                NXDOMAIN,
                REFERRALS,
                ERRORS,
                ALL,
                BURST,
                SLIP,
                IPV4_PREFIX,
                IPV6_PREFIX,
                EXEMPT),
            RateLimitOptions::limits);
    return Option.withDefault(
        "rate_limit",
        new OptionType.Either<>(List.of(new OptionType.Made<>(MODES, DEFAULT::with), section)),
        DEFAULT,
        "How many responses over UDP clients of one prefix get, so that nobody is flooded by"
            + " queries in their name: `on`, `off`, `count`, or a mapping.");
  }

  private static Option<Integer> rate(String key, int fallback, String what) {
    return Option.withDefault(
        key,
        new OptionType.Whole(0, RateLimits.HIGHEST_RATE),
        fallback,
        what + ", in a second, for one prefix; 0 for no limit.");
  }

  private static RateLimits limits(Values values) {
    List<AddressPrefix> exempt = values.of(EXEMPT);
    if (exempt.size() > MOST_EXEMPT) {
      throw new IllegalArgumentException(
          "exempt has " + exempt.size() + " prefixes; at most " + MOST_EXEMPT + " are expected");
    }
    return new RateLimits(
        values.of(MODE),
        values.of(ANSWERS),
        values.of(NXDOMAIN),
        values.of(REFERRALS),
        values.of(ERRORS),
        values.of(ALL),
        values.of(BURST),
        values.of(SLIP),
        values.of(IPV4_PREFIX),
        values.of(IPV6_PREFIX),
        exempt);
  }
}
