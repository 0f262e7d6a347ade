package detour.server.probe.tls;

import detour.server.pem.PemIdentity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// What one connection shows of itself, and whether it was asked to.
///
/// Which authorities the other side names makes no difference, as with other TLS clients: the
/// operator said which certificate to show, and many a server names none or the wrong ones.
final class OwnIdentity extends X509ExtendedKeyManager {
  private static final String ALIAS = "client";

  private final @Nullable PemIdentity content;
  private volatile boolean asked;

  /// @param content null to show nothing
  OwnIdentity(@Nullable PemIdentity content) {
    this.content = content;
  }

  /// Whether the other side asked and got nothing.
  boolean missing() {
    return asked && content == null;
  }

  /// Whether the other side asked for a certificate.
  boolean asked() {
    return asked;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
    asked = true;
    return content != null && List.of(keyTypes).contains(content.key().getAlgorithm())
        ? ALIAS
        : null;
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return content == null ? null : content.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return content == null ? null : content.key();
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
    throw new UnsupportedOperationException("probes use engines");
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    throw new UnsupportedOperationException("probes are clients");
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }
}
