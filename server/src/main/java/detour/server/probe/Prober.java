package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.Destination;
import detour.failover.model.ProbeOptions;
import detour.server.probe.tls.TrustStores;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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
          run.resolve(name, addresses -> resolved(kind, check, run, addresses));
    }
  }

  private void resolved(ProbeKind kind, Check check, ProbeRun run, List<InetAddress> addresses) {
    List<InetAddress> reachable = ofFamily(check.options().source(), addresses);
    if (reachable.isEmpty()) {
      run.fail(run.destination().text() + " has no address of the family of the source");
    } else if (check.options().addresses() == ProbeOptions.Addresses.ALL && reachable.size() > 1) {
      new AllAddresses(this, kind, check, run, reachable).start();
    } else {
      // The first address alone: a check says whether the place works that clients are sent to
      // first, and a second try would hide that it does not.
      proceed(kind, check, run, reachable.getFirst());
    }
  }

  private static List<InetAddress> ofFamily(
      @Nullable InetAddress source, List<InetAddress> addresses) {
    return source == null
        ? addresses
        : addresses.stream().filter(address -> isSameFamily(source, address)).toList();
  }

  private static boolean isSameFamily(InetAddress a, InetAddress b) {
    return a.getAddress().length == b.getAddress().length;
  }

  static void proceed(ProbeKind kind, Check check, ProbeRun run, InetAddress address) {
    InetAddress source = check.options().source();
    if (source != null && !isSameFamily(source, address)) {
      run.notStarted(
          "cannot probe %s from the source %s: one is IPv4, the other IPv6"
              .formatted(address.getHostAddress(), source.getHostAddress()));
      return;
    }
    run.resolved(address);
    kind.start(check.settings(), run);
  }
}
