package detour.server.listen;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.pem.PemIdentity;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate that DNS over TLS shows, and how it speaks TLS. Follows its files: a changed one
/// is shown to new connections, and one that will not do changes nothing.
///
/// Any thread may ask for the [#context]; a thread of its own looks at the files once a second, and
/// any thread may [#refresh].
final class TlsCertificate implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsCertificate.class);
  private static final long LOOK_MILLIS = 1_000;

  /// RFC 7858's protocol as IANA's registry of ALPN identifiers has it.
  private static final String PROTOCOL = "dot";

  /// With forward secrecy and authenticated encryption, as RFC 9325 section 4.2 recommends.
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  /// Sessions of TLS 1.2 clients without tickets; those with tickets keep theirs themselves.
  private static final int SESSIONS_KEPT = 4_096;

  private static final long SESSION_SECONDS = 7_200;

  static {
    // RFC 9325 section 3.5: renegotiation serves no client of DNS, and costs the server more than
    // the client. Read by the Java runtime once, before its first handshake as a server.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  private final TlsFiles files;
  private final Metrics metrics;
  private final InstantSource clock;
  private final Thread watch = Thread.ofPlatform().name("listen-tls-files").unstarted(this::watch);
  private volatile Shown shown;
  private volatile @Nullable String trouble;

  /// What was last looked at, whether it would do or not. Guarded by this.
  private List<Object> looked;

  private record Shown(PemIdentity identity, SslContext context) {}

  /// @throws IOException when there is no certificate to begin with; its message says why
  TlsCertificate(TlsFiles files, Metrics metrics, InstantSource clock) throws IOException {
    this.files = files;
    this.metrics = metrics;
    this.clock = clock;
    looked = files.version();
    try {
      shown = read();
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
    watch.setDaemon(true);
  }

  /// Begins to follow the files.
  void start() {
    if (watch.getState() == Thread.State.NEW) {
      watch.start();
    }
  }

  /// For a connection that begins now.
  SslContext context() {
    return shown.context();
  }

  /// When the certificate that is shown expires.
  Instant expires() {
    return shown.identity().certificate().getNotAfter().toInstant();
  }

  /// What an operator should know of: why the files are not what is shown, or that the certificate
  /// ends soon; null for nothing.
  @Nullable String trouble() {
    String told = trouble;
    return told == null
        ? shown.identity().ending("DNS over TLS", files.certificate(), clock.instant())
        : told;
  }

  /// Shows what the files hold now.
  void refresh() {
    take(files.version());
  }

  @Override
  public void close() {
    watch.interrupt();
  }

  private void watch() {
    List<Object> before = files.version();
    try {
      while (true) {
        Thread.sleep(LOOK_MILLIS);
        List<Object> now = files.version();
        // A change is taken when nothing moves any more: certificate and key are two files, and
        // half of either is none.
        if (now.equals(before) && !isKnown(now)) {
          take(now);
        }
        before = now;
      }
    } catch (InterruptedException closed) {
      return;
    }
  }

  private synchronized boolean isKnown(List<Object> version) {
    return version.equals(looked);
  }

  private synchronized void take(List<Object> version) {
    looked = version;
    try {
      Shown next = read();
      trouble = null;
      if (!next.identity().equals(shown.identity())) {
        shown = next;
        metrics.count(Counter.TLS_CERTIFICATES_REPLACED);
        LOG.info(
            "DNS over TLS shows the new certificate of {}, valid until {}",
            files.certificate(),
            expires());
      }
    } catch (IllegalArgumentException e) {
      trouble =
          "DNS over TLS: the new certificate will not do, so the one before, valid until %s, stays: %s"
              .formatted(expires(), e.getMessage());
      metrics.count(Counter.TLS_CERTIFICATES_REFUSED);
      LOG.warn("{}", trouble);
    }
  }

  private Shown read() {
    try {
      PemIdentity identity = PemIdentity.readPair(files.certificate(), files.key());
      return new Shown(identity, context(identity));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s, %s: %s".formatted(files.certificate(), files.key(), e.getMessage()), e);
    }
  }

  private static SslContext context(PemIdentity identity) {
    try {
      return SslContextBuilder.forServer(identity.key(), identity.chain())
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
          .sessionCacheSize(SESSIONS_KEPT)
          .sessionTimeout(SESSION_SECONDS)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  ApplicationProtocolConfig.Protocol.ALPN,
                  // RFC 7301 section 3.2: who asks for other protocols only gets no connection.
                  ApplicationProtocolConfig.SelectorFailureBehavior.FATAL_ALERT,
                  ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                  PROTOCOL))
          .build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("TLS cannot use them: " + e.getMessage(), e);
    }
  }
}
