package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.Destination;
import detour.server.probe.tls.TrustStores;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Starts single probes: resolves the destination where it is a host name, then hands over to the
/// kind.
record Prober(
    ProbeTransport transport, HostResolver resolver, TrustStores trust, LongSupplier nanoClock) {

  /// Returns at once. Call on `loop`; `done` is called exactly once, later, on `loop`, unless the
  /// loop is shut down before.
  void start(
      EventLoop loop,
      ProbeKind kind,
      Check check,
      Destination destination,
      Consumer<ProbeResult> done) {
    if (!loop.inEventLoop()) {
      loop.execute(() -> start(loop, kind, check, destination, done));
      return;
    }
    ProbeRun run = new ProbeRun(this, loop, destination, check.timeout(), check.options(), done);
    run.begin();
    if (!kind.needsAddress()) {
      kind.start(check.settings(), run);
      return;
    }
    switch (destination) {
      case Destination.Address(InetAddress address) -> proceed(kind, check, run, address);
      case Destination.HostName(String name) ->
          run.resolve(name, address -> proceed(kind, check, run, address));
    }
  }

  private static void proceed(ProbeKind kind, Check check, ProbeRun run, InetAddress address) {
    run.resolved(address);
    kind.start(check.settings(), run);
  }
}
