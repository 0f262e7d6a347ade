package detour.server.probe.prometheus;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.tls.TlsOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Passes when a query of a Prometheus server gives what is expected.
public final class PrometheusCheck implements ProbeKind {
  private static final Set<String> OWN_HEADERS =
      Set.of("connection", "content-length", "host", "transfer-encoding");

  private static final OptionType<URI> URL_FORM =
      new OptionType.Text<>(
          "the base URL of a Prometheus, as http://prometheus.example.com:9090",
          PrometheusCheck::url,
          "^https?://\\S+$");
  private static final OptionType<Expectation> EXPECTATION_FORM =
      new OptionType.Text<>(
          "a comparison and a number, as \"> 0\"", Expectation::of, Expectation.JSON_PATTERN);
  private static final OptionType<String> HEADER_VALUE =
      new OptionType.Text<>(
          "text without control characters",
          PrometheusCheck::headerValue,
          "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$");
  private static final OptionType<Path> READABLE_FILE =
      new OptionType.Text<>("the absolute path of a file", PrometheusCheck::readableFile, "^/");

  private static final Option<URI> URL =
      Option.required("url", URL_FORM, "The base URL of the Prometheus server.");
  private static final Option<String> QUERY =
      Option.required(
          "query",
          OptionType.Text.any("a PromQL expression"),
          "PromQL that gives a vector or a scalar. `{address}` and `{destination}` stand for the"
              + " endpoint as the configuration says it.");
  private static final Option<Expectation> EXPECT =
      Option.optional(
          "expect",
          EXPECTATION_FORM,
          "What every value must be, as `\"> 0\"`. Without it, a result that is not empty passes.");
  private static final Option<Map<String, String>> HEADERS =
      Option.withDefault(
          "headers", new OptionType.Named<>(HEADER_VALUE), Map.of(), "Further request headers.");
  private static final Option<Path> TOKEN_FILE =
      Option.optional(
          "token_file",
          READABLE_FILE,
          "A file whose first line is sent as bearer token; read at each probe.");

  @Override
  public String name() {
    return "prometheus";
  }

  @Override
  public String doc() {
    return "Passes when a query of a Prometheus server gives what is expected.";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(URL, QUERY, EXPECT, HEADERS, TOKEN_FILE, TlsOptions.ALWAYS);
  }

  @Override
  public CheckSettings settings(Values values) {
    return new PrometheusSettings(
        values.of(URL),
        values.of(QUERY),
        values.orNull(EXPECT),
        checked(values.of(HEADERS), values.orNull(TOKEN_FILE)),
        values.orNull(TOKEN_FILE),
        values.of(TlsOptions.ALWAYS));
  }

  /// The endpoint is only named in the query; the connection goes to Prometheus.
  @Override
  public boolean needsAddress() {
    return false;
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    PrometheusProbe.start((PrometheusSettings) settings, run);
  }

  private static Map<String, String> checked(
      Map<String, String> headers, @Nullable Path tokenFile) {
    for (String name : headers.keySet()) {
      // RFC 9110 section 5.6.2: token.
      if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
        throw new IllegalArgumentException("headers: '" + name + "' is no header name");
      }
      if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "headers: the header " + name + " is set by the check itself");
      }
      if (tokenFile != null && name.equalsIgnoreCase("Authorization")) {
        throw new IllegalArgumentException(
            "headers: token_file sets the header Authorization: expected one of the two");
      }
    }
    return headers;
  }

  private static URI url(String text) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e.getReason(), e);
    }
    boolean known = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!known || url.getHost() == null) {
      throw new IllegalArgumentException("expected http:// or https:// and a host");
    }
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "no user name or password: expected token_file or headers");
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException("the base URL alone: the query stands under query");
    }
    return url;
  }

  private static String headerValue(String text) {
    if (!text.matches("[^\\x00-\\x08\\x0a-\\x1f\\x7f]*")) {
      throw new IllegalArgumentException("it has control characters");
    }
    return text;
  }

  private static Path readableFile(String text) {
    Path file = Path.of(text);
    if (!file.isAbsolute()) {
      throw new IllegalArgumentException("the path must be absolute");
    }
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("the file does not exist or cannot be read");
    }
    return file;
  }
}
