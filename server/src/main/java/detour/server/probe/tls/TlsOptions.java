package detour.server.probe.tls;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The keys that say how a connection's TLS is verified, for every kind of check that can speak it.
public final class TlsOptions {
  private static final OptionType<String> SERVER_NAME =
      new OptionType.Text<>("a host name or address", TlsOptions::serverName, "^[A-Za-z0-9.:_-]+$");
  private static final OptionType<Path> CA_FILE =
      new OptionType.Text<>(
          "the absolute path of a file of PEM certificates", TlsOptions::caFile, "^/");

  private static final Option<Boolean> VERIFY =
      Option.withDefault(
          "verify",
          new OptionType.Flag(),
          true,
          "Whether the certificate must be valid, trusted and made out to the host.");
  private static final Option<Path> CA =
      Option.optional(
          "ca_file",
          CA_FILE,
          "Certificates to trust in place of those that the Java runtime trusts.");
  private static final Option<String> NAME =
      Option.optional(
          "server_name",
          SERVER_NAME,
          "The name for SNI and for the certificate, where it differs from the host.");

  private static final OptionType.Section<TlsSettings> SECTION =
      new OptionType.Section<>(keys(), TlsOptions::settings);

  /// The key `tls` of a kind that always speaks TLS.
  public static final Option<TlsSettings> ALWAYS =
      Option.withDefault("tls", SECTION, TlsSettings.DEFAULT, "How the certificate is verified.");

  /// The key `tls` of a kind that speaks TLS where it is asked to: `true`, or a mapping.
  public static final Option<Optional<TlsSettings>> WHERE_ASKED =
      Option.withDefault(
          "tls",
          new OptionType.Either<>(
              List.of(
                  new OptionType.Made<>(
                      new OptionType.Flag(),
                      asked -> asked ? Optional.of(TlsSettings.DEFAULT) : Optional.empty()),
                  new OptionType.Made<>(SECTION, Optional::of))),
          Optional.empty(),
          "Whether TLS is spoken, or how the certificate is verified.");

  private TlsOptions() {}

  /// The keys themselves, for a kind that has them beside its own.
  public static List<Option<?>> keys() {
    return List.of(VERIFY, CA, NAME);
  }

  /// @throws IllegalArgumentException for keys that exclude each other
  public static TlsSettings settings(Values values) {
    Path file = values.orNull(CA);
    if (file != null && !values.of(VERIFY)) {
      throw new IllegalArgumentException("ca_file has no effect while verify is false");
    }
    return new TlsSettings(values.of(VERIFY), file, values.orNull(NAME));
  }

  private static String serverName(String text) {
    if (!text.matches("[A-Za-z0-9._-]*[A-Za-z0-9_-]|[0-9A-Fa-f:.]+")) {
      throw new IllegalArgumentException("it has characters that do not belong there");
    }
    return text;
  }

  private static Path caFile(String text) {
    Path file = Path.of(text);
    if (!file.isAbsolute()) {
      throw new IllegalArgumentException("the path must be absolute");
    }
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("the file does not exist or cannot be read");
    }
    TrustStores.certificates(file);
    return file;
  }
}
