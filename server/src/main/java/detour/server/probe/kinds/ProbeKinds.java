package detour.server.probe.kinds;

import detour.server.probe.ProbeKind;
import detour.server.probe.application.GrpcCheck;
import detour.server.probe.application.MysqlCheck;
import detour.server.probe.application.PostgresCheck;
import detour.server.probe.application.RedisCheck;
import detour.server.probe.http.HttpCheck;
import detour.server.probe.socket.TcpCheck;
import java.util.List;
import java.util.stream.Collectors;

/// Every kind of check there is: a new kind is one class and one line here.
public final class ProbeKinds {
  public static final List<ProbeKind> ALL =
      List.of(
          HttpCheck.HTTP,
          HttpCheck.HTTPS,
          new TcpCheck(),
          new GrpcCheck(),
          new PostgresCheck(),
          new MysqlCheck(),
          new RedisCheck());

  private ProbeKinds() {}

  /// @throws IllegalArgumentException when there is no kind of this name
  public static ProbeKind named(String name) {
    for (ProbeKind kind : ALL) {
      if (kind.name().equals(name)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "there is no kind of check '"
            + name
            + "'; there are "
            + ALL.stream().map(ProbeKind::name).collect(Collectors.joining(", ")));
  }
}
