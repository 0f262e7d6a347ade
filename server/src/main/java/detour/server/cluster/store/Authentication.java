package detour.server.cluster.store;

import detour.server.cluster.store.StoreFailure.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The token that etcd gives for a user and a password, asked for once and again when it is no
/// longer taken. Any thread.
final class Authentication {
  private static final CompletableFuture<Optional<String>> NONE =
      CompletableFuture.completedFuture(Optional.empty());
  private static final int ANSWER_BYTES_MAX = 65_536;
  private static final int PASSWORD_BYTES_MAX = 4096;

  private final EtcdSettings settings;
  private final Exchange exchange;
  private @Nullable CompletableFuture<Optional<String>> token;

  Authentication(EtcdSettings settings, Exchange exchange) {
    this.settings = settings;
    this.exchange = exchange;
  }

  /// Whether a user is configured, so that a token that was refused can be replaced.
  boolean wanted() {
    return settings.user() != null;
  }

  /// The token to show; empty where none is needed. Fails with a [StoreFailure] whose message is
  /// the end of a sentence that begins with the endpoint; who comes next asks again.
  ///
  /// @param endpoint to ask when there is none yet
  CompletableFuture<Optional<String>> token(URI endpoint) {
    String user = settings.user();
    Path passwordFile = settings.passwordFile();
    if (user == null || passwordFile == null) {
      return NONE;
    }
    synchronized (this) {
      CompletableFuture<Optional<String>> known = token;
      if (known == null || known.isCompletedExceptionally()) {
        known = ask(endpoint, user, passwordFile);
        token = known;
      }
      return known;
    }
  }

  /// The token was refused; unless another has been asked for since, the next who needs one asks.
  synchronized void refused(Optional<String> used) {
    CompletableFuture<Optional<String>> known = token;
    if (known != null
        && known.isDone()
        && !known.isCompletedExceptionally()
        && used.equals(known.join())) {
      token = null;
    }
  }

  private CompletableFuture<Optional<String>> ask(URI endpoint, String user, Path passwordFile) {
    byte[] body;
    try {
      body = GatewayMessages.authenticate(user, password(passwordFile));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(
          new StoreFailure(
              Reason.FORBIDDEN,
              "the password file " + passwordFile + " cannot be read (" + e.getMessage() + ")"));
    }
    return exchange
        .post(
            endpoint,
            new Exchange.Question("auth/authenticate", body, ANSWER_BYTES_MAX),
            Optional.empty(),
            settings.timeout().toNanos())
        .thenApply(this::token);
  }

  private Optional<String> token(Exchange.Outcome outcome) {
    return switch (outcome) {
      case Exchange.Given given -> {
        try {
          yield Optional.of(GatewayMessages.token(given.tree()));
        } catch (GatewayMessages.Unreadable e) {
          throw new StoreFailure(Reason.UNINTELLIGIBLE, e.why());
        }
      }
      // Then etcd takes requests of anybody, and says so when that ends.
      case Exchange.Refused refused when refused.error().authenticationIsOff() -> Optional.empty();
      case Exchange.Refused refused ->
          throw new StoreFailure(
              refused.error().reason(),
              "user %s: %s; %s"
                  .formatted(settings.user(), refused.error().message(), refused.error().advice()));
      case Exchange.Failed failed -> throw new StoreFailure(failed.reason(), failed.why());
      case Exchange.TooLong _ ->
          throw new StoreFailure(Reason.UNINTELLIGIBLE, "a token longer than any of etcd's");
    };
  }

  /// The first line, without blanks around it.
  private static String password(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(PASSWORD_BYTES_MAX), StandardCharsets.UTF_8);
      return text.lines().findFirst().orElse("").strip();
    }
  }
}
