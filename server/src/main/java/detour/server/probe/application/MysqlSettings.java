package detour.server.probe.application;

import detour.failover.model.CheckSettings;
import detour.server.probe.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/// What a `mysql` check asks and expects.
///
/// @param port 1 to 65535
/// @param tls null for none
/// @param database null for none
/// @param password null where none is needed
/// @param query what is asked besides the role; null for nothing
record MysqlSettings(
    int port,
    @Nullable TlsSettings tls,
    String user,
    @Nullable String database,
    @Nullable Secret password,
    Role role,
    @Nullable Query query)
    implements CheckSettings {

  @Override
  public String summary() {
    return ":" + port + (database == null ? "" : " " + database) + role.suffix();
  }
}
