package detour.server.config;

import detour.failover.model.Check;
import detour.failover.model.Destination;
import detour.failover.model.ProbeOptions;
import detour.failover.model.Thresholds;
import detour.server.options.CheckKind;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import detour.server.options.Values;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The keys that checks of every kind have: schedule, thresholds, and what is probed from where.
final class CheckOptions {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration LEAST_FAST_INTERVAL = Duration.ofMillis(50);
  private static final Duration MOST_FAST_INTERVAL = Duration.ofSeconds(1);
  private static final Duration LEAST_SPAN = Duration.ofMillis(10);

  private static final Option<Duration> INTERVAL =
      Option.withDefault(
          "interval",
          new OptionType.Span(Duration.ofMillis(50), Duration.ofDays(1)),
          Duration.ofSeconds(5),
          "From the start of one probe to the start of the next while nothing is pending.");
  private static final Option<Duration> FAST_INTERVAL =
      Option.optional(
          "fast_interval",
          new OptionType.Span(LEAST_SPAN, Duration.ofDays(1)),
          "The same while a change is pending, to confirm it fast. Default: a tenth of `interval`,"
              + " but between 50ms and 1s.");
  private static final Option<Duration> TIMEOUT =
      Option.optional(
          "timeout",
          new OptionType.Span(LEAST_SPAN, Duration.ofHours(1)),
          "A probe that has no answer by then has failed; at most `interval`. Default: 2s, or"
              + " `interval` where that is shorter.");
  private static final Option<Integer> FALL =
      Option.withDefault(
          "fall",
          new OptionType.Whole(1, 1_000),
          Thresholds.DEFAULT.fall(),
          "How many failures in a row take an endpoint down.");
  private static final Option<Integer> RISE =
      Option.withDefault(
          "rise",
          new OptionType.Whole(1, 1_000),
          Thresholds.DEFAULT.rise(),
          "How many passes in a row bring an endpoint up again.");
  private static final Option<Integer> FALL_TOTAL =
      Option.withDefault(
          "fall_total",
          new OptionType.Whole(0, 100_000),
          Thresholds.DEFAULT.fallTotal(),
          "For endpoints that fail now and then: so many failures take it down even when passes lie"
              + " between them. 0 switches this rule off.");
  private static final Option<Integer> FORGIVE =
      Option.withDefault(
          "forgive",
          new OptionType.Whole(1, 100_000),
          Thresholds.DEFAULT.forgive(),
          "So many passes in a row clear the count of `fall_total`.");
  private static final Option<Duration> FLAP_WINDOW =
      Option.withDefault(
          "flap_window",
          new OptionType.Span(Duration.ZERO, Duration.ofDays(7)),
          Thresholds.DEFAULT.flapWindow(),
          "Each time an endpoint goes down within this time doubles the `rise` that its next"
              + " recovery needs. 0s switches the damping off.");
  private static final Option<Integer> FLAP_LIMIT =
      Option.optional(
          "flap_limit",
          new OptionType.Whole(1, 100_000),
          "The greatest `rise` that damping may ask for. Default: 32, or `rise` where that is"
              + " greater.");

  private static final Option<Destination> TARGET =
      Option.optional(
          "target",
          TextForms.destination(),
          "What is probed in place of the endpoint: an address, or a host name that is resolved at"
              + " each probe. Endpoints that share such a check share its health.");
  private static final Option<InetAddress> SOURCE =
      Option.optional(
          "source", TextForms.sourceAddress(), "The local address that probes leave from.");
  private static final Option<Boolean> INVERT =
      Option.withDefault(
          "invert", new OptionType.Flag(), false, "Whether a failure passes and a pass fails.");
  private static final Option<Duration> SLOW_AFTER =
      Option.optional(
          "slow_after",
          new OptionType.Span(Duration.ofMillis(1), Duration.ofHours(1)),
          "A pass that takes longer is degraded: the endpoint stays up, and others are preferred.");

  private static final Option<ProbeOptions.Addresses> ADDRESSES =
      Option.withDefault(
          "addresses",
          new OptionType.Choice<>(ProbeOptions.Addresses.class),
          ProbeOptions.Addresses.ONE,
          "What of a host name is probed: its first address, or all of them, each of which must"
              + " pass.");
  private static final Option<Boolean> EARLY_SUSPICION =
      Option.withDefault(
          "early_suspicion",
          new OptionType.Flag(),
          true,
          "Whether a probe that is long overdue against the endpoint's own usual latency starts the"
              + " confirming probes before its timeout.");
  private static final Option<Boolean> TRIPWIRE =
      Option.withDefault(
          "tripwire",
          new OptionType.Flag(),
          true,
          "Whether an idle connection is held to an endpoint that is up, where the kind of check"
              + " allows it; when it is lost, a probe starts at once.");
  private static final Option<Placed<String>> DEPENDS_ON =
      Option.optional(
          "depends_on",
          new OptionType.Located<>(CheckDeclaration.checkName()),
          "The name of a check with a `target` of its own: while that is down, the endpoints with"
              + " this check are down too, and that is reported once.");

  private static final Option<Placed<List<String>>> VANTAGES =
      Option.optional(
          "vantages",
          new OptionType.Located<>(new OptionType.Many<>(TextForms.name())),
          "The vantages or regions of a cluster that run this check, and whose opinions count."
              + " Default: all.");

  private CheckOptions() {}

  static List<Option<?>> common() {
    return List.of(
        INTERVAL,
        FAST_INTERVAL,
        TIMEOUT,
        FALL,
        RISE,
        FALL_TOTAL,
        FORGIVE,
        FLAP_WINDOW,
        FLAP_LIMIT,
        TARGET,
        SOURCE,
        INVERT,
        SLOW_AFTER,
        ADDRESSES,
        EARLY_SUSPICION,
        TRIPWIRE,
        DEPENDS_ON,
        VANTAGES);
  }

  /// A check of any of the kinds, or a calculated one, told apart by `type`.
  static OptionType.Tagged<CheckForm> type(List<? extends CheckKind> kinds) {
    Map<String, OptionType.Section<CheckForm>> forms = new LinkedHashMap<>();
    for (CheckKind kind : kinds) {
      List<Option<?>> options = new ArrayList<>(kind.options());
      options.addAll(common());
      forms.put(
          kind.name(),
          new OptionType.Section<>(
              options,
              values ->
                  new CheckForm.Probed(
                      check(kind, values), values.orNull(DEPENDS_ON), values.orNull(VANTAGES))));
    }
    forms.put(CheckDeclaration.CALCULATED, CheckDeclaration.calculated());
    return new OptionType.Tagged<>("type", "The kind of check.", forms);
  }

  private static Check check(CheckKind kind, Values values) {
    Duration interval = values.of(INTERVAL);
    Duration timeout =
        Objects.requireNonNullElse(values.orNull(TIMEOUT), shorter(DEFAULT_TIMEOUT, interval));
    if (timeout.compareTo(interval) > 0) {
      throw new IllegalArgumentException(
          "timeout "
              + Durations.text(timeout)
              + " is longer than interval "
              + Durations.text(interval));
    }
    Duration fastInterval =
        Objects.requireNonNullElse(values.orNull(FAST_INTERVAL), defaultFastInterval(interval));
    if (fastInterval.compareTo(interval) > 0) {
      throw new IllegalArgumentException(
          "fast_interval "
              + Durations.text(fastInterval)
              + " is longer than interval "
              + Durations.text(interval));
    }
    return new Check(
        kind.name(),
        kind.settings(values),
        interval,
        fastInterval,
        timeout,
        thresholds(values),
        probeOptions(values));
  }

  private static ProbeOptions probeOptions(Values values) {
    return new ProbeOptions(
        values.orNull(TARGET),
        values.orNull(SOURCE),
        values.of(INVERT),
        values.orNull(SLOW_AFTER),
        values.of(ADDRESSES),
        values.of(EARLY_SUSPICION),
        values.of(TRIPWIRE));
  }

  private static Thresholds thresholds(Values values) {
    int rise = values.of(RISE);
    Integer flapLimit = values.orNull(FLAP_LIMIT);
    return new Thresholds(
        values.of(FALL),
        rise,
        values.of(FALL_TOTAL),
        values.of(FORGIVE),
        values.of(FLAP_WINDOW),
        flapLimit == null ? Math.max(Thresholds.DEFAULT.flapLimit(), rise) : flapLimit);
  }

  private static Duration defaultFastInterval(Duration interval) {
    Duration tenth = interval.dividedBy(10);
    Duration least = tenth.compareTo(LEAST_FAST_INTERVAL) < 0 ? LEAST_FAST_INTERVAL : tenth;
    return shorter(shorter(least, MOST_FAST_INTERVAL), interval);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
