package detour.server.api;

import detour.server.pem.FollowedIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.HostPort;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/// The HTTP server: Jetty with one handler, each request on a virtual thread.
public final class ApiServer implements AutoCloseable {
  private static final int IDLE_TIMEOUT_MILLIS = 60_000;
  private static final int CONNECTION_LIMIT = 1_000;
  private static final int CROWDED_IDLE_TIMEOUT_MILLIS = 20_000;

  private final InetSocketAddress address;
  private final EventStream events;
  private final Server server;
  private final ServerConnector connector;

  /// @param access by what callers are known
  public ApiServer(ApiAddress at, ApiAccess access, ApiBackend backend) {
    this.address = at.socket();
    this.events = backend.events();
    this.server = new Server(new VirtualThreadPool());
    FollowedIdentity identity = at.identity();
    this.connector =
        identity == null
            ? new ServerConnector(server, 1, 1, new HttpConnectionFactory(http()))
            : TlsConnector.of(server, http(), identity);
    connector.setHost(address.getAddress().getHostAddress());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
    server.addConnector(connector);
    server.setHandler(
        CallerRates.limited(
            new ApiHandler(
                new Gate(address.getAddress(), at.names()),
                new Authentication(access, backend.counts()),
                Routes.of(backend)),
            access.requestsPerSecond(),
            backend.counts()));
    server.addBean(connectionLimit(server));
    server.setStopTimeout(0);
  }

  /// Binds and serves.
  ///
  /// @throws IOException when the address cannot be bound; the message says which and why
  public void start() throws IOException {
    try {
      server.start();
    } catch (Exception e) {
      close();
      String shown =
          HostPort.normalizeHost(address.getAddress().getHostAddress()) + ":" + address.getPort();
      throw new IOException(
          "cannot listen on %s (HTTP API): %s; set listen.http to another address or port, or end what is on it"
              .formatted(shown, rootCause(e).getMessage()),
          e);
    }
  }

  /// Where it listens, with the port taken. Valid once started.
  public InetSocketAddress address() {
    return new InetSocketAddress(address.getAddress(), connector.getLocalPort());
  }

  /// Ends event streams and connections, and the listener.
  @Override
  public void close() {
    events.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the HTTP server did not stop", e);
    }
  }

  private static Throwable rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /// Where so many are open, more wait until one ends, and who is idle is ended sooner: of those
  /// who follow events, none, for they are sent a line more often.
  private static NetworkConnectionLimit connectionLimit(Server server) {
    NetworkConnectionLimit limit = new NetworkConnectionLimit(CONNECTION_LIMIT, server);
    limit.setEndPointIdleTimeout(CROWDED_IDLE_TIMEOUT_MILLIS);
    return limit;
  }

  private static HttpConfiguration http() {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setSendDateHeader(true);
    return configuration;
  }
}
