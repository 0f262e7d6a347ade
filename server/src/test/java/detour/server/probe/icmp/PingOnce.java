package detour.server.probe.icmp;

import detour.failover.model.Check;
import detour.failover.model.ProbeOptions;
import detour.failover.model.Thresholds;
import detour.server.probe.CheckRun;
import detour.server.probe.ProbeResult;
import detour.server.probe.Probing;
import java.net.InetAddress;
import java.time.Duration;

/// A process that runs one `icmp` check and prints its outcome: for tests of what another user, or
/// a process in another network namespace, may and sees.
final class PingOnce {
  private PingOnce() {}

  /// @param arguments address, count, allowed loss in percent, source (empty for none)
  static ProbeResult run(String... arguments) throws InterruptedException {
    IcmpCheck.Settings settings =
        new IcmpCheck.Settings(
            Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), null, 56);
    ProbeOptions options =
        new ProbeOptions(
            null,
            arguments[3].isEmpty() ? null : InetAddress.ofLiteral(arguments[3]),
            false,
            null,
            ProbeOptions.Addresses.ONE);
    Check check =
        new Check(
            "icmp",
            settings,
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            Duration.ofSeconds(3),
            Thresholds.DEFAULT,
            options);
    return CheckRun.once(new IcmpCheck(), check, Probing.destination(arguments[0]));
  }

  public static void main(String[] arguments) throws InterruptedException {
    ProbeResult result = run(arguments);
    System.out.println(result.outcome() + " " + result.detail());
  }
}
