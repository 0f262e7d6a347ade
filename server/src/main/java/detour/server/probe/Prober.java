package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.Destination;
import detour.server.probe.tls.TrustStores;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionException;
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
      case Destination.HostName(String name) -> {
        run.enter("resolve", "resolving " + name);
        var _ =
            resolver
                .resolve(name)
                .whenCompleteAsync(
                    (addresses, error) -> resolved(kind, check, run, addresses, error), loop);
      }
    }
  }

  private static void resolved(
      ProbeKind kind,
      Check check,
      ProbeRun run,
      @Nullable List<InetAddress> addresses,
      @Nullable Throwable error) {
    if (addresses == null) {
      run.fail("cannot resolve " + run.destination().text() + reason(error));
    } else if (!run.ended()) {
      // The first address alone: a check says whether the place works that clients are sent to
      // first, and a second try would hide that it does not.
      proceed(kind, check, run, addresses.getFirst());
    }
  }

  private static void proceed(ProbeKind kind, Check check, ProbeRun run, InetAddress address) {
    run.resolved(address);
    kind.start(check.settings(), run);
  }

  static String reason(@Nullable Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    return cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
  }
}
