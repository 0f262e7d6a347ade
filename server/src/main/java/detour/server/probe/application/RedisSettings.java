package detour.server.probe.application;

import detour.failover.model.CheckSettings;
import detour.server.probe.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/// What a `redis` check asks and expects.
///
/// @param port 1 to 65535
/// @param tls null for none
/// @param user null for the default user
/// @param password null where none is needed
record RedisSettings(
    int port,
    @Nullable TlsSettings tls,
    @Nullable String user,
    @Nullable Secret password,
    Role role)
    implements CheckSettings {

  @Override
  public String summary() {
    return ":" + port + role.suffix();
  }
}
