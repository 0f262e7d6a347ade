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

/// The keys of an `http` or `https` check.
final class HttpOptions {
  /// Headers that this check sends itself.
  private static final Set<String> OWN_HEADERS =
      Set.of("connection", "content-length", "host", "transfer-encoding");

  private static final Set<String> BODILESS = Set.of("GET", "HEAD");

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
          "a method in capitals, as GET or PUT", HttpOptions::method, "^[A-Z][A-Z-]{0,19}$");
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

  private static final OptionType<String> EXPECTED_BODY = text(1, 1024);
  private static final OptionType<BodyRegex> REGEX =
      new OptionType.Text<>(
          "a regular expression", text -> new BodyRegex(bounded(text, 1, 1024)), ".");
  private static final OptionType.Text<String> JSON_POINTER =
      new OptionType.Text<>(
          "a JSON Pointer (RFC 6901) as /status, or empty text for the whole",
          text -> matching(text, "(/([^/~]|~[01])*)*"),
          "^(/([^/~]|~[01])*)*$");
  private static final OptionType<HttpSettings.Version> VERSION =
      new OptionType.Text<>("1.1 or 2", HttpSettings.Version::of, "^(1\\.1|2(\\.0)?)$");

  private static final Option<List<StatusRange>> EXPECT_STATUS =
      Option.withDefault(
          "status",
          new OptionType.Many<>(STATUS),
          List.of(StatusRange.OK),
          "The statuses that pass: numbers, or classes such as 2xx.");
  private static final Option<Map<String, String>> EXPECT_HEADERS =
      Option.withDefault(
          "headers",
          new OptionType.Named<>(HEADER_VALUE),
          Map.of(),
          "By name, text that a header of the answer must contain; empty text where it must only be"
              + " there.");
  private static final Option<String> EXPECT_BODY =
      Option.optional(
          "body",
          EXPECTED_BODY,
          "Text that must occur in the body, compared byte by byte as UTF-8.");
  private static final Option<BodyRegex> EXPECT_REGEX =
      Option.optional(
          "body_regex",
          REGEX,
          "A Java regular expression that the body, read as UTF-8, must match somewhere. Matching"
              + " that takes too long is stopped, and fails.");
  private static final Option<Map<String, String>> EXPECT_JSON =
      Option.withDefault(
          "json",
          new OptionType.Named<>(JSON_POINTER, text(0, 1024)),
          Map.of(),
          "By JSON Pointer (RFC 6901), the text, number, true, false or null that the body must"
              + " hold there.");
  private static final Option<Expectation> EXPECT =
      Option.withDefault(
          "expect",
          new OptionType.Section<>(
              List.of(EXPECT_STATUS, EXPECT_HEADERS, EXPECT_BODY, EXPECT_REGEX, EXPECT_JSON),
              HttpOptions::expectation),
          Expectation.OK,
          "What the answer must be; all of it must hold.");

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

  private static final Option<String> BODY_KEY =
      Option.withDefault(
          "body", text(0, 16 * 1024), "", "What is sent with the request, as UTF-8.");
  private static final Option<HttpSettings.Version> VERSION_KEY =
      Option.withDefault(
          "version",
          VERSION,
          HttpSettings.Version.HTTP_1_1,
          "The version of HTTP: 1.1, or 2, with TLS by ALPN and without by prior knowledge.");
  private static final Option<Integer> REDIRECTS_KEY =
      Option.withDefault(
          "follow_redirects",
          new OptionType.Whole(0, 10),
          0,
          "How many redirects are followed. Those beyond are judged as any answer.");
  private static final Option<Integer> BODY_MAX_KEY =
      Option.withDefault(
          "body_max",
          new OptionType.Whole(1, 1024 * 1024),
          HttpSettings.BODY_BYTES_MAX_DEFAULT,
          "How many bytes of a body are read at most; `expect` sees no more.");

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
        new ArrayList<>(
            List.of(
                port,
                VERSION_KEY,
                METHOD_KEY,
                PATH_KEY,
                HOST_KEY,
                HEADERS_KEY,
                BODY_KEY,
                REDIRECTS_KEY,
                BODY_MAX_KEY,
                EXPECT));
    if (secure) {
      all.add(TlsOptions.ALWAYS);
    }
    return List.copyOf(all);
  }

  HttpSettings settings(Values values) {
    Expectation expected = values.of(EXPECT);
    RequestSettings request =
        new RequestSettings(
            values.of(METHOD_KEY),
            values.of(PATH_KEY),
            values.orNull(HOST_KEY),
            checked(values.of(HEADERS_KEY), OWN_HEADERS),
            values.of(BODY_KEY));
    if (expected.readsBody() && request.method().equals("HEAD")) {
      throw new IllegalArgumentException("an answer to HEAD has no body, so it cannot be expected");
    }
    if (!request.body().isEmpty() && BODILESS.contains(request.method())) {
      // RFC 9110 sections 9.3.1 and 9.3.2: there it has no meaning, and some servers refuse it.
      throw new IllegalArgumentException(
          "a " + request.method() + " request has no body; set method, as POST");
    }
    return new HttpSettings(
        values.of(port),
        values.of(VERSION_KEY),
        request,
        expected,
        values.of(BODY_MAX_KEY),
        values.of(REDIRECTS_KEY),
        secure ? values.of(TlsOptions.ALWAYS) : null);
  }

  private static Expectation expectation(Values values) {
    return new Expectation(
        values.of(EXPECT_STATUS),
        checked(values.of(EXPECT_HEADERS), Set.of()),
        values.orNull(EXPECT_BODY),
        values.orNull(EXPECT_REGEX),
        new JsonExpectation(values.of(EXPECT_JSON)));
  }

  private static OptionType<String> text(int least, int most) {
    String size = "{" + least + "," + most + "}";
    return new OptionType.Text<>(
        "text of " + (least == 0 ? "at most " : least + " to ") + most + " characters",
        text -> bounded(text, least, most),
        "^[\\s\\S]" + size + "$");
  }

  private static String bounded(String text, int least, int most) {
    if (text.length() < least || text.length() > most) {
      throw new IllegalArgumentException("it has " + text.length() + " characters");
    }
    return text;
  }

  private static String method(String text) {
    if (text.equals("CONNECT")) {
      throw new IllegalArgumentException("CONNECT asks for a tunnel");
    }
    return matching(text, "[A-Z][A-Z-]{0,19}");
  }

  private static Map<String, String> checked(Map<String, String> headers, Set<String> own) {
    Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (String name : headers.keySet()) {
      // RFC 9110 section 5.6.2: token.
      if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
        throw new IllegalArgumentException("'" + OneLine.of(name, 60) + "' is no header name");
      }
      String lowered = name.toLowerCase(Locale.ROOT);
      if (own.contains(lowered)) {
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
