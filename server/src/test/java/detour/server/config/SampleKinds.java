package detour.server.config;

import detour.failover.model.CheckSettings;
import detour.server.options.CheckKind;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Kinds of check with keys of every sort, for tests of the reader that run no probe.
final class SampleKinds implements CheckKind {

  record Settings(
      int port,
      @Nullable String path,
      @Nullable String host,
      List<String> statuses,
      @Nullable String body,
      Map<String, String> headers,
      boolean verify)
      implements CheckSettings {
    @Override
    public String summary() {
      return ":" + port + (path == null ? "" : " " + path);
    }
  }

  private record Expectation(List<String> statuses, @Nullable String body) {}

  private static final OptionType.Text<String> ANY = OptionType.Text.any("text");
  private static final Option<List<String>> STATUS =
      Option.withDefault(
          "status",
          new OptionType.Many<>(
              new OptionType.Text<>(
                  "a status as 200, or a class as 2xx",
                  SampleKinds::status,
                  "^[1-5]([0-9][0-9]|xx)$")),
          List.of("200"),
          "The statuses that pass.");
  private static final Option<String> BODY = Option.optional("body", ANY, "Text of the body.");
  private static final Option<Expectation> EXPECT =
      Option.withDefault(
          "expect",
          new OptionType.Section<>(
              List.of(STATUS, BODY),
              values -> new Expectation(values.of(STATUS), values.orNull(BODY))),
          new Expectation(List.of("200"), null),
          "What the answer must be.");
  private static final Option<String> PATH =
      Option.withDefault(
          "path",
          new OptionType.Text<>("a path that begins with a slash", SampleKinds::path, "^/"),
          "/",
          "The path to ask for.");
  private static final Option<String> HOST = Option.optional("host", ANY, "The Host header.");
  private static final Option<Map<String, String>> HEADERS =
      Option.withDefault("headers", new OptionType.Named<>(ANY), Map.of(), "Further headers.");
  private static final Option<Boolean> VERIFY =
      Option.withDefault("verify", new OptionType.Flag(), true, "Whether TLS is verified.");

  static final List<CheckKind> ALL =
      List.of(
          new SampleKinds("http", 80), new SampleKinds("https", 443), new SampleKinds("tcp", null));

  private final String word;
  private final Option<Integer> port;

  private SampleKinds(String word, @Nullable Integer port) {
    this.word = word;
    OptionType<Integer> type = new OptionType.Whole(1, 65_535);
    this.port =
        port == null
            ? Option.required("port", type, "The port to connect to.")
            : Option.withDefault("port", type, port, "The port to connect to.");
  }

  @Override
  public String name() {
    return word;
  }

  @Override
  public String doc() {
    return "A " + word + " check.";
  }

  @Override
  public List<Option<?>> options() {
    return switch (word) {
      case "http" -> List.of(port, PATH, HOST, HEADERS, EXPECT);
      case "https" -> List.of(port, PATH, HOST, HEADERS, EXPECT, VERIFY);
      default -> List.of(port);
    };
  }

  @Override
  public CheckSettings settings(Values values) {
    if (word.equals("tcp")) {
      return new Settings(values.of(port), null, null, List.of(), null, Map.of(), false);
    }
    Expectation expected = values.of(EXPECT);
    return new Settings(
        values.of(port),
        values.of(PATH),
        values.orNull(HOST),
        expected.statuses(),
        expected.body(),
        values.of(HEADERS),
        word.equals("https") && values.of(VERIFY));
  }

  private static String status(String text) {
    if (!text.matches("[1-5]([0-9][0-9]|xx)")) {
      throw new IllegalArgumentException();
    }
    return text;
  }

  private static String path(String text) {
    if (!text.startsWith("/")) {
      throw new IllegalArgumentException();
    }
    return text;
  }
}
