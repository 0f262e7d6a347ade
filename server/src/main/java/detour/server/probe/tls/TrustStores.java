package detour.server.probe.tls;

import detour.server.pem.PemIdentity;
import detour.server.pem.TrustedAuthorities;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Who is trusted and what is shown to those who ask, read from disk once per set of files, and TLS
/// engines that obey it. Any thread.
public final class TrustStores {
  private final Map<Sources, CompletableFuture<Loaded>> loaded = new ConcurrentHashMap<>();

  /// What is read from disk for a check.
  private record Sources(
      boolean verify, @Nullable Path caFile, @Nullable ClientCertificate client) {}

  /// @param strict null to accept every certificate
  /// @param client null to show nothing
  private record Loaded(@Nullable X509ExtendedTrustManager strict, @Nullable PemIdentity client) {}

  /// Reads the certificate files again at their next use.
  public void forget() {
    loaded.clear();
  }

  /// A connection to come, which verifies that the other side is `name`. Completes exceptionally
  /// when a file of certificates or keys cannot be read.
  public CompletableFuture<TlsSession> session(TlsSettings settings, String name, int port) {
    Sources sources = new Sources(settings.verify(), settings.caFile(), settings.client());
    return loaded
        .computeIfAbsent(sources, TrustStores::load)
        .thenApply(read -> session(read, settings, name, port));
  }

  private static CompletableFuture<Loaded> load(Sources sources) {
    CompletableFuture<Loaded> loading = new CompletableFuture<>();
    // Reading the hundred and more certificates of the Java runtime takes far too long for an event
    // loop.
    Thread.ofVirtual()
        .name("read-trusted-certificates")
        .start(() -> {
          try {
            ClientCertificate client = sources.client();
            loading.complete(
                new Loaded(
                    sources.verify() ? TrustedAuthorities.read(sources.caFile()) : null,
                    client == null ? null : client.read()));
          } catch (IllegalArgumentException | IllegalStateException e) {
            loading.completeExceptionally(e);
          }
        });
    return loading;
  }

  private static TlsSession session(Loaded read, TlsSettings settings, String name, int port) {
    try {
      // A context of its own for each probe: engines of one context resume earlier sessions, which
      // skips the certificate, and a check that never looks again misses what it is for.
      SSLContext context = SSLContext.getInstance("TLS");
      PeerTrust trust = new PeerTrust(read.strict());
      OwnIdentity identity = new OwnIdentity(read.client());
      context.init(new KeyManager[] {identity}, new TrustManager[] {trust}, null);
      SSLEngine engine = context.createSSLEngine(name, port);
      engine.setUseClientMode(true);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm(settings.verify() ? "HTTPS" : null);
      parameters.setProtocols(settings.least().protocolsFromHere());
      if (!isAddress(name)) {
        parameters.setServerNames(
            List.of(new SNIHostName(name.getBytes(StandardCharsets.US_ASCII))));
      }
      engine.setSSLParameters(parameters);
      return new TlsSession(engine, trust, identity, settings.expiry());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot do TLS", e);
    }
  }

  /// RFC 6066 section 3: literal addresses are not permitted in SNI.
  static boolean isAddress(String name) {
    return name.indexOf(':') >= 0 || name.matches("[0-9.]+");
  }
}
