package detour.server.api;

import detour.server.pem.FollowedIdentity;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/// Makes Jetty speak HTTPS with an identity that may change while it does.
final class TlsConnector {
  private static final int TLS_TIMEOUT_SECONDS = 7_200;
  private static final int SESSIONS_KEPT = 1_024;

  private TlsConnector() {}

  static ServerConnector of(Server server, HttpConfiguration http, FollowedIdentity identity) {
    // Which names are ours the Gate knows; the certificate may well name others.
    http.addCustomizer(new SecureRequestCustomizer(false));
    return new ServerConnector(
        server,
        1,
        1,
        new SslConnectionFactory(factory(identity), "http/1.1"),
        new HttpConnectionFactory(http));
  }

  private static SslContextFactory.Server factory(FollowedIdentity identity) {
    SslContextFactory.Server factory = new SslContextFactory.Server();
    factory.setSslContext(context(identity));
    factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    // RFC 9325 section 3.5: renegotiation costs the server more than the client.
    factory.setRenegotiationAllowed(false);
    factory.setUseCipherSuitesOrder(true);
    return factory;
  }

  private static SSLContext context(FollowedIdentity identity) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {identity.keyManager()}, null, null);
      context.getServerSessionContext().setSessionCacheSize(SESSIONS_KEPT);
      context.getServerSessionContext().setSessionTimeout(TLS_TIMEOUT_SECONDS);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime speaks TLS", e);
    }
  }
}
