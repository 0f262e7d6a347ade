package detour.server.cli;

import detour.server.pem.PemProblem;
import detour.server.pem.TrustedAuthorities;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which server a command talks to, and how it proves who it is.
final class Remote {
  private static final String USUAL = "http://127.0.0.1:8053";
  private static final int TOKEN_FILE_LIMIT_BYTES = 4_096;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The server's API. Default: DETOUR_SERVER, else " + USUAL + ".")
  private String server = "";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the token to show. Default: DETOUR_TOKEN_FILE; else the token in"
              + " DETOUR_TOKEN; else none.")
  private String tokenFile = "";

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description =
          "Certificates to trust, in PEM, instead of the usual ones. Default: DETOUR_CA_FILE.")
  private String caFile = "";

  /// @throws CommandFailed when the address is no URL, or a file will not do
  ServerClient client(Terminal terminal) {
    Map<String, String> environment = terminal.environment();
    String url = given(server, "DETOUR_SERVER", environment);
    String authorities = given(caFile, "DETOUR_CA_FILE", environment);
    String user = environment.getOrDefault("SUDO_USER", "");
    String called = url.isEmpty() ? USUAL : url;
    String token = token(environment);
    if (token != null) {
      requireSecrecy(called);
    }
    return new ServerClient(
        called,
        user.isEmpty() ? System.getProperty("user.name", "unknown") : user,
        token,
        authorities.isEmpty() ? null : trusting(Path.of(authorities)));
  }

  private @Nullable String token(Map<String, String> environment) {
    String file = given(tokenFile, "DETOUR_TOKEN_FILE", environment);
    String token =
        file.isEmpty()
            ? environment.getOrDefault("DETOUR_TOKEN", "").strip()
            : content(Path.of(file));
    if (token.isEmpty() && file.isEmpty()) {
      return null;
    }
    // Anything else would end the header, and it is not shown: it may be a secret all the same.
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new CommandFailed(
          ExitCode.USAGE,
          (file.isEmpty() ? "DETOUR_TOKEN" : file)
              + " holds no token: expected one line, as `detour token add` printed it");
    }
    return token;
  }

  private static String content(Path file) {
    try {
      if (Files.size(file) > TOKEN_FILE_LIMIT_BYTES) {
        throw new CommandFailed(ExitCode.USAGE, file + " is too long to hold a token");
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.USAGE, "the token cannot be read: " + e.getMessage() + ": is the file there?");
    }
  }

  /// Whoever sees a token on its way can use it.
  private static void requireSecrecy(String url) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      return;
    }
    if ("http".equals(uri.getScheme()) && !isLoopback(uri.getHost())) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "a token is not sent to " + url + " in the clear: use https, with --ca-file if need be");
    }
  }

  private static boolean isLoopback(@Nullable String host) {
    if (host == null || host.equals("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(
              host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
          .isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static SSLContext trusting(Path file) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {TrustedAuthorities.read(file)}, null);
      return context;
    } catch (PemProblem e) {
      throw new CommandFailed(ExitCode.USAGE, file + " " + e.finding());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime speaks TLS", e);
    }
  }

  private static String given(String option, String variable, Map<String, String> environment) {
    return option.isEmpty() ? environment.getOrDefault(variable, "") : option;
  }
}
