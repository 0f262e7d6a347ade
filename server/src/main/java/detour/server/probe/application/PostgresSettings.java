package detour.server.probe.application;

import detour.failover.model.CheckSettings;
import detour.server.probe.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/// What a `postgres` check asks and expects.
///
/// @param port 1 to 65535
/// @param tls null for none
/// @param password null where none is needed
/// @param cleartextAllowed whether the password may be sent as it is without TLS
/// @param query what is asked besides the role; null for nothing
record PostgresSettings(
    int port,
    @Nullable TlsSettings tls,
    String user,
    String database,
    @Nullable Secret password,
    boolean cleartextAllowed,
    Role role,
    @Nullable Query query)
    implements CheckSettings {

  /// What the server must be.
  enum Role {
    ANY,
    PRIMARY,
    STANDBY
  }

  @Override
  public String summary() {
    String wanted = role == Role.ANY ? "" : role == Role.PRIMARY ? " primary" : " standby";
    return ":" + port + " " + database + wanted;
  }
}
