package detour.server.probe.application;

import detour.failover.model.CheckSettings;
import detour.server.probe.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/// What a `grpc` check asks for.
///
/// @param port 1 to 65535
/// @param tls null for none
/// @param service empty for the server as a whole
/// @param host what the request calls the server, with a port or without; null for the endpoint's
///   own name or address
record GrpcSettings(int port, @Nullable TlsSettings tls, String service, @Nullable String host)
    implements CheckSettings {

  @Override
  public String summary() {
    return ":" + port + (service.isEmpty() ? "" : " " + service);
  }
}
