package detour.server.probe.tls;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.pem.PemCertificates;
import detour.server.pem.PemKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The keys that say how a TLS connection is made and verified, for every kind of check that can
/// speak it.
public final class TlsOptions {
  private static final OptionType<String> SERVER_NAME =
      new OptionType.Text<>("a host name or address", TlsOptions::serverName, "^[A-Za-z0-9.:_-]+$");
  private static final OptionType<Path> CERTIFICATES_FILE =
      new OptionType.Text<>(
          "the absolute path of a file of PEM certificates", TlsOptions::certificatesFile, "^/");
  private static final OptionType<Path> KEY_FILE =
      new OptionType.Text<>(
          "the absolute path of a file with a PEM private key", TlsOptions::keyFile, "^/");

  private static final Option<Boolean> VERIFY =
      Option.withDefault(
          "verify",
          new OptionType.Flag(),
          true,
          "Whether the certificate must be valid, trusted and made out to the host.");
  private static final Option<Path> CA =
      Option.optional(
          "ca_file",
          CERTIFICATES_FILE,
          "Certificates to trust in place of those that the Java runtime trusts.");
  private static final Option<String> NAME =
      Option.optional(
          "server_name",
          SERVER_NAME,
          "The name for SNI and for the certificate, where it differs from the host.");
  private static final Option<Path> CLIENT_CERT =
      Option.optional(
          "client_cert",
          CERTIFICATES_FILE,
          "The certificate that the check shows where it is asked for one, and those that lead from"
              + " it to its authority.");
  private static final Option<Path> CLIENT_KEY =
      Option.optional(
          "client_key",
          KEY_FILE,
          "The private key of `client_cert`: PKCS #8 in PEM, not encrypted.");
  private static final Option<TlsVersion> MIN_VERSION =
      Option.withDefault(
          "min_version",
          new OptionType.Text<>("1.2 or 1.3", TlsVersion::of, "^1\\.[23]$"),
          TlsVersion.TLS_1_2,
          "The lowest version of TLS that the server may choose.");
  private static final Option<Integer> WARN_DAYS =
      Option.optional(
          "warn_days",
          new OptionType.Whole(1, 3650),
          "With fewer days until the certificate expires a pass is degraded: the endpoint stays up,"
              + " and others are preferred.");
  private static final Option<Integer> FAIL_DAYS =
      Option.optional(
          "fail_days",
          new OptionType.Whole(1, 3650),
          "With fewer days until the certificate expires the probe fails. By default it fails when"
              + " the certificate has expired.");

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
    return List.of(VERIFY, CA, NAME, CLIENT_CERT, CLIENT_KEY, MIN_VERSION, WARN_DAYS, FAIL_DAYS);
  }

  /// @throws IllegalArgumentException for keys that exclude each other
  public static TlsSettings settings(Values values) {
    Path file = values.orNull(CA);
    if (file != null && !values.of(VERIFY)) {
      throw new IllegalArgumentException("ca_file has no effect while verify is false");
    }
    return new TlsSettings(
        values.of(VERIFY),
        file,
        values.orNull(NAME),
        client(values),
        values.of(MIN_VERSION),
        new ExpiryLimits(values.orNull(WARN_DAYS), values.orNull(FAIL_DAYS)));
  }

  private static @Nullable ClientCertificate client(Values values) {
    Path certificate = values.orNull(CLIENT_CERT);
    Path key = values.orNull(CLIENT_KEY);
    if (certificate == null && key == null) {
      return null;
    }
    if (certificate == null || key == null) {
      throw new IllegalArgumentException("client_cert and client_key need each other");
    }
    ClientCertificate client = new ClientCertificate(certificate, key);
    var _ = client.read();
    return client;
  }

  private static String serverName(String text) {
    if (!text.matches("[A-Za-z0-9._-]*[A-Za-z0-9_-]|[0-9A-Fa-f:.]+")) {
      throw new IllegalArgumentException("it has characters that do not belong there");
    }
    return text;
  }

  private static Path certificatesFile(String text) {
    Path file = readable(text);
    var _ = PemCertificates.read(file);
    return file;
  }

  private static Path keyFile(String text) {
    Path file = readable(text);
    var _ = PemKey.read(file);
    return file;
  }

  private static Path readable(String text) {
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
