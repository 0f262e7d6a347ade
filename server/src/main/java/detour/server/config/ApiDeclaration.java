package detour.server.config;

import detour.server.access.Role;
import detour.server.access.TokenFile;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import detour.server.options.Values;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What a file says of who may use the API; paths are relative yet, and their files unread.
record ApiDeclaration(
    @Nullable Placed<ApiSettings.Tls> tls,
    List<String> names,
    @Nullable Placed<String> tokenFile,
    WithoutToken withoutToken,
    int requestsPerSecond) {
  static final ApiDeclaration DEFAULT =
      new ApiDeclaration(
          null, List.of(), null, WithoutToken.READ, ApiSettings.DEFAULT.requestsPerSecond());

  private static final Option<String> CERT_FILE =
      Option.required(
          "cert_file",
          TextForms.path("the path of a file"),
          "The certificate and those that lead from it to its authority, in PEM. When this file or"
              + " the next changes, new connections see the new one; one that will not do is"
              + " reported, and the one before stays.");
  private static final Option<String> KEY_FILE =
      Option.required(
          "key_file",
          TextForms.path("the path of a file"),
          "The private key of the certificate: PKCS #8 in PEM, not encrypted.");
  private static final Option<Placed<ApiSettings.Tls>> TLS =
      Option.optional(
          "tls",
          new OptionType.Located<>(
              new OptionType.Section<>(List.of(CERT_FILE, KEY_FILE), ApiDeclaration::tls)),
          "Makes the API speak HTTPS, and nothing else.");
  private static final Option<List<String>> NAMES =
      Option.withDefault(
          "names",
          new OptionType.Many<>(TextForms.domain("a host name")),
          List.of(),
          "Names by which clients call the API, besides its addresses and localhost. Requests for"
              + " other names are refused, which keeps pages of other sites out.");
  private static final Option<Placed<String>> TOKEN_FILE =
      Option.optional(
          "token_file",
          new OptionType.Located<>(TextForms.path("the path of a file")),
          "The file with the hashes of tokens, which `detour token` writes; a change counts within"
              + " a second.");
  private static final Option<WithoutToken> WITHOUT_TOKEN =
      Option.withDefault(
          "without_token",
          new OptionType.Choice<>(WithoutToken.class),
          WithoutToken.READ,
          "What callers of this machine (from a loopback address) may do without a token. Behind a"
              + " proxy on this machine everybody is such a caller: `none`.");
  private static final Option<Integer> RATE_LIMIT =
      Option.withDefault(
          "rate_limit",
          new OptionType.Whole(0, ApiSettings.HIGHEST_RATE),
          ApiSettings.DEFAULT.requestsPerSecond(),
          "How many requests each address (of IPv6 each /64) may make in a second, and twice as"
              + " many at once; more get status 429. 0 for no limit.");

  /// What callers of this machine may do without a token.
  enum WithoutToken {
    NONE,
    READ,
    OPERATE,
    CONFIGURE;

    @Nullable Role role() {
      return switch (this) {
        case NONE -> null;
        case READ -> Role.READ;
        case OPERATE -> Role.OPERATE;
        case CONFIGURE -> Role.CONFIGURE;
      };
    }
  }

  static OptionType<ApiDeclaration> type() {
    return new OptionType.Section<>(
        List.of(TLS, NAMES, TOKEN_FILE, WITHOUT_TOKEN, RATE_LIMIT),
        values ->
            new ApiDeclaration(
                values.orNull(TLS),
                values.of(NAMES),
                values.orNull(TOKEN_FILE),
                values.of(WITHOUT_TOKEN),
                values.of(RATE_LIMIT)));
  }

  /// Whether it may listen where others than this machine reach it.
  boolean mayLeaveLoopback() {
    return tls != null && tokenFile != null;
  }

  /// With the files, which are read once to see whether they will do.
  ///
  /// @param place makes relative paths absolute
  ApiSettings with(UnaryOperator<Path> place, Problems problems) {
    return new ApiSettings(
        tls == null ? null : identity(tls, place, problems),
        names,
        tokenFile == null ? null : tokens(tokenFile, place, problems),
        withoutToken.role(),
        requestsPerSecond);
  }

  private static ApiSettings.Tls identity(
      Placed<ApiSettings.Tls> declared, UnaryOperator<Path> place, Problems problems) {
    Path certificate = place.apply(declared.value().certificate());
    Path key = place.apply(declared.value().key());
    String problem = CertificateFiles.problem(certificate, key);
    if (problem != null) {
      problems.report(declared.place(), problem);
    }
    return new ApiSettings.Tls(certificate, key);
  }

  private static Path tokens(
      Placed<String> declared, UnaryOperator<Path> place, Problems problems) {
    Path file = place.apply(Path.of(declared.value()));
    try {
      var _ = new TokenFile(file).tokens();
    } catch (IllegalArgumentException e) {
      problems.report(declared.place(), Wording.oneLine(e.getMessage()));
    }
    return file;
  }

  private static ApiSettings.Tls tls(Values values) {
    return new ApiSettings.Tls(Path.of(values.of(CERT_FILE)), Path.of(values.of(KEY_FILE)));
  }
}
