package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.Destination;
import detour.server.probe.tls.TrustStores;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Runs a check once, at once, outside any schedule: what `detour check` prints.
public final class CheckRun {
  private CheckRun() {}

  /// Waits for the probe's end, at most a little longer than the check's timeout.
  ///
  /// @throws InterruptedException when the waiting thread is told to stop
  public static ProbeResult once(ProbeKind kind, Check check, Destination destination)
      throws InterruptedException {
    try (ProbeTransport transport = new ProbeTransport(1);
        HostResolver resolver = new SystemResolver(check.timeout())) {
      Prober prober = new Prober(transport, resolver, new TrustStores(), System::nanoTime);
      BlockingQueue<ProbeResult> result = new ArrayBlockingQueue<>(1);
      prober.start(transport.loops().getFirst(), kind, check, destination, result::add);
      return result.take();
    }
  }
}
