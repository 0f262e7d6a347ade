package detour.server.config;

import detour.dns.answer.CookieSecret;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a file says of cookies, and the file with their secrets.
///
/// @param secretFile null for a secret of the node's own
record CookieDeclaration(CookieSettings.Mode mode, @Nullable String secretFile) {
  private static final OptionType<CookieSettings.Mode> MODES =
      new OptionType.Choice<>(CookieSettings.Mode.class);
  private static final Option<CookieSettings.Mode> MODE =
      Option.withDefault(
          "mode",
          MODES,
          CookieSettings.Mode.ON,
          "`on`: clients that send a cookie get one. `required`: over UDP they are answered once"
              + " they send ours back, which keeps others from asking in their name. `off`: cookies"
              + " are ignored.");
  private static final Option<String> SECRET_FILE =
      Option.optional(
          "secret_file",
          TextForms.path("the path of a file"),
          "A file with one secret a line, each 32 hexadecimal digits; the first makes cookies, all"
              + " are accepted. Servers with the same address need the same file. Default: a secret"
              + " made at each start.");

  /// Secrets in one file; more would only cost each query with a foreign cookie time.
  private static final int MOST_SECRETS = 4;

  private static final int MOST_BYTES = 4_096;

  static Option<Placed<CookieDeclaration>> option() {
    return Option.optional(
        "cookies",
        new OptionType.Located<>(
            new OptionType.Either<>(
                List.of(
                    new OptionType.Made<>(MODES, mode -> new CookieDeclaration(mode, null)),
                    new OptionType.Section<>(
                        List.of(MODE, SECRET_FILE),
                        values ->
                            new CookieDeclaration(values.of(MODE), values.orNull(SECRET_FILE)))))),
        "DNS cookies (RFC 7873), by which clients and this server know that neither is forged:"
            + " `on`, `off`, `required`, or a mapping.");
  }

  @Nullable Path secretPath() {
    return secretFile == null ? null : Path.of(secretFile);
  }

  /// Reads secrets; empty lines and those that begin with `#` do not count.
  ///
  /// @throws IOException when the file cannot be read
  /// @throws IllegalArgumentException with the line that is no secret, whose text it does not
  ///   repeat
  static List<CookieSecret> secrets(Path file) throws IOException {
    List<CookieSecret> secrets = new ArrayList<>();
    String[] lines = text(file).split("\\R", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        try {
          secrets.add(CookieSecret.parse(line));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
        }
      }
    }
    if (secrets.isEmpty() || secrets.size() > MOST_SECRETS) {
      throw new IllegalArgumentException(
          "it has " + secrets.size() + " secrets; 1 to " + MOST_SECRETS + " are expected");
    }
    return secrets;
  }

  private static String text(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1);
    }
  }
}
