package detour.server.probe.socket;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.socket.ConversationStep.Exchange;
import detour.server.probe.socket.ConversationStep.StartTls;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The keys that say what is sent and what is expected.
final class ConversationOptions {
  private static final int STEPS_MAX = 32;

  private static final OptionType.Text<Octets> TEXT =
      new OptionType.Text<>(
          "text of 1 to 4096 bytes, with \\r, \\n, \\t, \\0, \\xHH and \\\\ for what is hard to"
              + " type",
          Octets::ofEscaped,
          "^[\\s\\S]+$");
  private static final Option<Octets> TEXT_KEY =
      Option.required("text", TEXT, "Text, sent and compared as UTF-8.");
  private static final Option<Octets> HEX_KEY =
      Option.required(
          "hex",
          new OptionType.Text<>(
              "pairs of hexadecimal digits", Octets::ofHex, "^([0-9A-Fa-f]{2} ?)+$"),
          "Bytes in hexadecimal digits, two for each; spaces may stand between the bytes.");
  private static final Option<Expectation> REGEX_KEY =
      Option.required(
          "regex",
          new OptionType.Text<>("a regular expression", Expectation.Matching::of, "^[\\s\\S]+$"),
          "A regular expression, as Java understands it; ^ and $ match at line ends too.");

  private static final OptionType<Octets> OCTETS =
      new OptionType.Either<>(
          List.of(
              TEXT,
              new OptionType.ByKey<>(inOrder("text", section(TEXT_KEY), "hex", section(HEX_KEY)))));
  private static final OptionType<Expectation> EXPECTATION =
      new OptionType.Either<>(
          List.of(
              new OptionType.Made<>(TEXT, Expectation.Exactly::new),
              new OptionType.ByKey<>(expectations())));

  private static final String SEND_DOC =
      "What to send: text, or `hex:`. In text, \\r, \\n, \\t, \\0, \\xHH and \\\\ stand for what is"
          + " hard to type.";

  /// What to say, if anything.
  static final Option<Octets> SEND = Option.optional("send", OCTETS, SEND_DOC);

  /// The same where it must be said.
  static final Option<Octets> SEND_REQUIRED = Option.required("send", OCTETS, SEND_DOC);

  /// What to wait for.
  static final Option<Expectation> EXPECT =
      Option.optional(
          "expect", EXPECTATION, "What must occur in what is received: text, `hex:` or `regex:`.");

  private static final Option<Boolean> STARTTLS =
      Option.withDefault(
          "starttls",
          new OptionType.Flag(),
          false,
          "Goes over to TLS at this step, after both sides agreed to it in the steps before.");

  /// A whole conversation.
  static final Option<List<ConversationStep>> STEPS =
      Option.optional(
          "steps",
          new OptionType.Items<>(
              new OptionType.Section<>(List.of(SEND, EXPECT, STARTTLS), ConversationOptions::step),
              1),
          "A conversation of several steps, each with `send`, `expect` or both (first it sends,"
              + " then it waits), or with `starttls: true`.");

  private ConversationOptions() {}

  /// In the order in which the reference page lists them.
  private static Map<String, OptionType<? extends Expectation>> expectations() {
    Map<String, OptionType<? extends Expectation>> forms =
        inOrder("text", exactly(TEXT_KEY), "hex", exactly(HEX_KEY));
    forms.put("regex", section(REGEX_KEY));
    return forms;
  }

  private static <V> Map<String, OptionType<? extends V>> inOrder(
      String firstKey, OptionType<V> first, String secondKey, OptionType<V> second) {
    Map<String, OptionType<? extends V>> forms = new LinkedHashMap<>();
    forms.put(firstKey, first);
    forms.put(secondKey, second);
    return forms;
  }

  private static <V> OptionType.Section<V> section(Option<V> key) {
    return new OptionType.Section<>(List.of(key), values -> values.of(key));
  }

  private static OptionType.Section<Expectation> exactly(Option<Octets> key) {
    return new OptionType.Section<>(
        List.of(key), values -> new Expectation.Exactly(values.of(key)));
  }

  private static ConversationStep step(Values values) {
    Octets send = values.orNull(SEND);
    Expectation expect = values.orNull(EXPECT);
    if (!values.of(STARTTLS)) {
      return new Exchange(send, expect);
    }
    if (send != null || expect != null) {
      throw new IllegalArgumentException("starttls is a step of its own, without send and expect");
    }
    return new StartTls();
  }

  /// The steps of a check: those that are listed, or the one that `send` and `expect` are.
  ///
  /// @throws IllegalArgumentException when both are given, or the steps make no conversation
  static List<ConversationStep> steps(Values values) {
    List<ConversationStep> listed = values.orNull(STEPS);
    Octets send = values.orNull(SEND);
    Expectation expect = values.orNull(EXPECT);
    if (listed == null) {
      return send == null && expect == null ? List.of() : List.of(new Exchange(send, expect));
    }
    if (send != null || expect != null) {
      throw new IllegalArgumentException(
          "send and expect are a conversation of one step; with steps, they belong into these");
    }
    if (listed.size() > STEPS_MAX) {
      throw new IllegalArgumentException("at most " + STEPS_MAX + " steps");
    }
    if (listed.stream().filter(StartTls.class::isInstance).count() > 1) {
      throw new IllegalArgumentException("starttls can be done once");
    }
    return listed;
  }

  static boolean startsTls(@Nullable List<ConversationStep> steps) {
    return steps != null && steps.stream().anyMatch(StartTls.class::isInstance);
  }
}
