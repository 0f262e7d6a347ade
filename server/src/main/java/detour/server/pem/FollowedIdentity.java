package detour.server.pem;

import detour.server.files.FollowedFiles;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server's identity that follows its files: handshakes show what the files held at most a second
/// ago. Files that will not do change nothing, and are told as [#trouble]. It looks when it is
/// asked, so it needs no thread and nothing to close.
public final class FollowedIdentity {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedIdentity.class);

  private final String whose;
  private final Path chain;
  private final Path key;
  private final InstantSource clock;

  /// Guarded by this, as all below.
  private Shown shown;

  /// A handshake asks for chain and key one after the other, and means the same identity.
  private Shown before;

  private final FollowedFiles followed;
  private @Nullable String trouble;

  /// @param alias under which the TLS engine knows this very identity
  private record Shown(String alias, PemIdentity identity) {}

  /// @param whose for messages, as `the API`
  /// @throws IOException when there is no identity to begin with; its message says why
  public FollowedIdentity(String whose, Path chain, Path key, InstantSource clock)
      throws IOException {
    this.whose = whose;
    this.chain = chain;
    this.key = key;
    this.clock = clock;
    this.followed = new FollowedFiles(clock, chain, key);
    try {
      this.shown = new Shown("0", read());
    } catch (IllegalArgumentException e) {
      throw new IOException(whose + ": " + e.getMessage(), e);
    }
    this.before = shown;
  }

  /// What a TLS server shows.
  public X509ExtendedKeyManager keyManager() {
    return new Keys();
  }

  /// What an operator should know of: why the files are not what is shown, or that the certificate
  /// ends soon; null for nothing.
  public @Nullable String trouble() {
    Shown now = current();
    synchronized (this) {
      if (trouble != null) {
        return trouble;
      }
    }
    return now.identity().ending(whose, chain, clock.instant());
  }

  /// When the certificate that is shown expires.
  public Instant expires() {
    return expiry(current());
  }

  private synchronized Shown current() {
    if (followed.haveChanged()) {
      take();
    }
    return shown;
  }

  private synchronized @Nullable PemIdentity of(String alias) {
    if (alias.equals(shown.alias())) {
      return shown.identity();
    }
    return alias.equals(before.alias()) ? before.identity() : null;
  }

  private synchronized void take() {
    try {
      PemIdentity next = read();
      trouble = null;
      if (!next.equals(shown.identity())) {
        before = shown;
        shown = new Shown(Long.toString(Long.parseLong(shown.alias()) + 1), next);
        LOG.info("{} shows the new certificate of {}, valid until {}", whose, chain, expiry(shown));
      }
    } catch (IllegalArgumentException e) {
      trouble =
          "%s: the new certificate will not do, so the one before, valid until %s, stays: %s"
              .formatted(whose, expiry(shown), e.getMessage());
      LOG.warn("{}", trouble);
    }
  }

  private static Instant expiry(Shown one) {
    return one.identity().certificate().getNotAfter().toInstant();
  }

  private PemIdentity read() {
    try {
      // Certificate and key are two files: half of a change is none.
      return PemIdentity.readPair(chain, key);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s, %s: %s".formatted(chain, key, e.getMessage()), e);
    }
  }

  /// As the TLS engine asks for it.
  private final class Keys extends X509ExtendedKeyManager {
    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
      Shown now = current();
      return now.identity().certificate().getPublicKey().getAlgorithm().equals(keyType)
          ? now.alias()
          : null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
      PemIdentity identity = of(alias);
      return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
      PemIdentity identity = of(alias);
      return identity == null ? null : identity.key();
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, Socket socket) {
      return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyType, Principal @Nullable [] issuers, Socket socket) {
      return null;
    }
  }
}
