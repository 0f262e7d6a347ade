package detour.server.probe.kinds;

import detour.server.probe.ProbeKind;
import detour.server.probe.application.GrpcCheck;
import detour.server.probe.application.MysqlCheck;
import detour.server.probe.application.PostgresCheck;
import detour.server.probe.application.RedisCheck;
import detour.server.probe.dns.DnsCheck;
import detour.server.probe.http.HttpCheck;
import detour.server.probe.icmp.IcmpCheck;
import detour.server.probe.local.CommandCheck;
import detour.server.probe.local.FileCheck;
import detour.server.probe.prometheus.PrometheusCheck;
import detour.server.probe.push.PushCheck;
import detour.server.probe.socket.TcpCheck;
import detour.server.probe.socket.TlsCheck;
import detour.server.probe.socket.UdpCheck;
import java.util.List;
import java.util.stream.Collectors;

/// Every kind of check there is: a new kind is one class and one line here.
public final class ProbeKinds {
  public static final List<ProbeKind> ALL = with(new PushCheck(System::nanoTime));

  private ProbeKinds() {}

  /// All kinds, made anew, with this one to look at posts.
  public static List<ProbeKind> with(PushCheck push) {
    return List.of(
        HttpCheck.HTTP,
        HttpCheck.HTTPS,
        new TlsCheck(),
        new TcpCheck(),
        new UdpCheck(),
        new DnsCheck(),
        new IcmpCheck(),
        new GrpcCheck(),
        new PostgresCheck(),
        new MysqlCheck(),
        new RedisCheck(),
        new CommandCheck(),
        new FileCheck(),
        push,
        new PrometheusCheck());
  }

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
