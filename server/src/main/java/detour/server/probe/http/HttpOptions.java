package detour.server.probe.http;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.http.HttpSettings.StatusRange;
import detour.server.probe.text.OneLine;
import detour.server.probe.tls.TlsOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The keys of an `http` or `https` check.
final class HttpOptions {
  /// Headers that this check sends itself.
  private static final Set<String> OWN_HEADERS =
      Set.of("connection", "content-length", "host", "transfer-encoding");

  private static final OptionType<String> PATH =
      new OptionType.Text<>(
          "a path that begins with a slash, without spaces",
          text -> matching(text, "/[\\x21-\\x7e]*"),
          "^/[!-~]*$");
  private static final OptionType<String> HOST =
      new OptionType.Text<>(
          "a host name or address, with a port or without",
          text ->
              matching(
                  text,
                  "[A-Za-z0-9._-]*[A-Za-z0-9_-](:[0-9]{1,5})?|\\[[0-9A-Fa-f:.]+](:[0-9]{1,5})?"),
          "^[A-Za-z0-9.:_\\[\\]-]+$");
  private static final OptionType<String> METHOD =
      new OptionType.Text<>(
          "GET, HEAD, OPTIONS or POST",
          text -> matching(text, "GET|HEAD|OPTIONS|POST"),
          "^(GET|HEAD|OPTIONS|POST)$");
  private static final OptionType<String> HEADER_VALUE =
      new OptionType.Text<>(
          "text without control characters",
          text -> matching(text, "[^\\x00-\\x08\\x0a-\\x1f\\x7f]*"),
          "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$");

  /// YAML reads 200 as a number and 2xx as text.
  private static final OptionType<StatusRange> STATUS =
      new OptionType.Either<>(
          List.of(
              new OptionType.Made<>(
                  new OptionType.Whole(100, 599), status -> new StatusRange(status, status)),
              new OptionType.Text<>(
                  "a class of statuses as 2xx", StatusRange::of, "^[1-5]([0-9][0-9]|xx)$")));

  private static final OptionType<String> BODY =
      new OptionType.Text<>("text", text -> matching(text, "(?s).{1,1024}"), "^[\\s\\S]{1,1024}$");
  private static final Option<List<StatusRange>> EXPECT_STATUS =
      Option.withDefault(
          "status",
          new OptionType.Many<>(STATUS),
          List.of(StatusRange.OK),
          "The statuses that pass: numbers, or classes such as 2xx.");
  private static final Option<String> EXPECT_BODY =
      Option.optional(
          "body",
          BODY,
          "Text that must occur in the first 64 KiB of the body, compared byte by byte as UTF-8.");
  private static final Option<Expectation> EXPECT =
      Option.withDefault(
          "expect",
          new OptionType.Section<>(
              List.of(EXPECT_STATUS, EXPECT_BODY),
              values -> new Expectation(values.of(EXPECT_STATUS), values.orNull(EXPECT_BODY))),
          new Expectation(List.of(StatusRange.OK), null),
          "What the answer must be.");

  private static final Option<String> PATH_KEY =
      Option.withDefault("path", PATH, "/", "The path to ask for, with its query if any.");
  private static final Option<String> HOST_KEY =
      Option.optional(
          "host",
          HOST,
          "The Host header, and with https the name for SNI and the certificate. By default the"
              + " endpoint's host name or address. The connection goes to the endpoint in any"
              + " case.");
  private static final Option<String> METHOD_KEY =
      Option.withDefault("method", METHOD, "GET", "The request method.");
  private static final Option<Map<String, String>> HEADERS_KEY =
      Option.withDefault(
          "headers", new OptionType.Named<>(HEADER_VALUE), Map.of(), "Further request headers.");

  private final boolean secure;
  private final Option<Integer> port;

  HttpOptions(boolean secure) {
    this.secure = secure;
    this.port =
        Option.withDefault(
            "port", new OptionType.Whole(1, 65535), secure ? 443 : 80, "The port to connect to.");
  }

  List<Option<?>> all() {
    List<Option<?>> all =
        new ArrayList<>(List.of(port, PATH_KEY, HOST_KEY, METHOD_KEY, HEADERS_KEY, EXPECT));
    if (secure) {
      all.add(TlsOptions.ALWAYS);
    }
    return List.copyOf(all);
  }

  HttpSettings settings(Values values) {
    Expectation expected = values.of(EXPECT);
    String method = values.of(METHOD_KEY);
    if (expected.body() != null && method.equals("HEAD")) {
      throw new IllegalArgumentException("an answer to HEAD has no body, so it cannot be expected");
    }
    return new HttpSettings(
        values.of(port),
        values.of(PATH_KEY),
        values.orNull(HOST_KEY),
        method,
        checked(values.of(HEADERS_KEY)),
        expected.statuses(),
        expected.body(),
        secure ? values.of(TlsOptions.ALWAYS) : null);
  }

  private record Expectation(List<StatusRange> statuses, @Nullable String body) {}

  private static Map<String, String> checked(Map<String, String> headers) {
    Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (String name : headers.keySet()) {
      // RFC 9110 section 5.6.2: token.
      if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
        throw new IllegalArgumentException("'" + OneLine.of(name, 60) + "' is no header name");
      }
      String lowered = name.toLowerCase(Locale.ROOT);
      if (OWN_HEADERS.contains(lowered)) {
        throw new IllegalArgumentException(
            "the header "
                + name
                + " is set by the check itself"
                + (lowered.equals("host") ? "; use the key host" : ""));
      }
      if (!seen.add(name)) {
        throw new IllegalArgumentException("the header " + name + " is given twice");
      }
    }
    return headers;
  }

  private static String matching(String text, String pattern) {
    if (!text.matches(pattern)) {
      throw new IllegalArgumentException("it has characters that do not belong there");
    }
    return text;
  }
}
