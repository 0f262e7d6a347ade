package detour.server.probe.icmp;

import detour.server.probe.ProbeRun;
import detour.server.probe.text.FailureText;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// The echo requests of one probe. Confined to the run's event loop.
///
/// It ends when all are answered; or when as many are as must be, and the others have had four
/// times the slowest reply's time: then their loss is certain enough and changes nothing. When too
/// few are answered, the timeout ends it.
final class EchoProbe {
  private static final long SPACING_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long GRACE_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int GRACE_FACTOR = 4;
  private static final double NANOS_PER_MILLI = 1e6;

  private final IcmpCheck.Settings settings;
  private final EchoExchange exchange;
  private final ProbeRun run;
  private int sent;
  private int replied;
  private long sumNanos;
  private long slowestNanos;
  private boolean gracePending;

  EchoProbe(IcmpCheck.Settings settings, EchoExchange exchange, ProbeRun run) {
    this.settings = settings;
    this.exchange = exchange;
    this.run = run;
  }

  void start() {
    run.enter("echo", "waiting for echo replies");
    sendNext();
  }

  private void sendNext() {
    if (run.ended()) {
      return;
    }
    sent++;
    exchange.send(
        new EchoRequest(
            run.address(),
            run.source(),
            settings.payloadBytes(),
            run.timeout().toNanos(),
            new Reply()));
    if (sent < settings.count()) {
      var _ = run.loop().schedule(this::sendNext, SPACING_NANOS, TimeUnit.NANOSECONDS);
    } else {
      endWhenSettled();
    }
  }

  private void replied(long latencyNanos) {
    if (run.ended()) {
      return;
    }
    replied++;
    sumNanos += latencyNanos;
    slowestNanos = Math.max(slowestNanos, latencyNanos);
    run.doing(
        "waiting for echo replies (%d of %d came, %d needed)"
            .formatted(replied, settings.count(), settings.needed()));
    endWhenSettled();
  }

  private void endWhenSettled() {
    if (replied == settings.count()) {
      end();
    } else if (sent == settings.count() && replied >= settings.needed() && !gracePending) {
      gracePending = true;
      long graceNanos = Math.max(GRACE_LEAST_NANOS, GRACE_FACTOR * slowestNanos);
      var _ = run.loop().schedule(this::end, graceNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void end() {
    if (run.ended()) {
      return;
    }
    long averageNanos = sumNanos / replied;
    run.measured(averageNanos);
    String seen =
        "%d of %d answered, %s on average"
            .formatted(replied, settings.count(), millis(averageNanos));
    Duration latencyMax = settings.latencyMax();
    if (latencyMax != null && averageNanos > latencyMax.toNanos()) {
      run.fail(seen + ", over " + FailureText.span(latencyMax));
    } else {
      run.pass(seen);
    }
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3f ms", nanos / NANOS_PER_MILLI);
  }

  /// Hands over from the thread of the sockets to the run's.
  private final class Reply implements EchoRequest.Waiting {
    @Override
    public void replied(long latencyNanos) {
      onLoop(() -> EchoProbe.this.replied(latencyNanos));
    }

    @Override
    public void failed(String reason) {
      onLoop(() -> run.fail(reason));
    }

    @Override
    public void notSent(String reason) {
      onLoop(() -> run.notStarted(reason));
    }

    private void onLoop(Runnable task) {
      try {
        run.loop().execute(task);
      } catch (RejectedExecutionException closing) {
        // The loop is shut down: nobody waits for results any more.
      }
    }
  }
}
