package detour.server.probe;

import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.server.publish.Inbox;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The results of one lane on their way to publish. Belongs to the lane's thread.
///
/// A pass of an endpoint that is well changes nothing, and there are thousands of them a second:
/// waking another thread for each would cost more than they do. They wait for a moment, or until
/// something that matters goes the same way; order is kept.
final class ObservationBatch {
  /// Long enough to gather many, and far shorter than anything that people or rules look at.
  static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final int WAITING_MAX = 64;

  private final Lane lane;
  private final Inbox inbox;
  private final List<Inbox.Observed> waiting = new ArrayList<>(WAITING_MAX);
  private boolean timerSet;

  ObservationBatch(Lane lane, Inbox inbox) {
    this.lane = lane;
    this.inbox = inbox;
  }

  /// Reports what cannot wait, after all that waited before it.
  void urgent(ProbeTarget target, Observation observation) {
    if (waiting.isEmpty()) {
      inbox.observed(target, observation);
    } else {
      waiting.add(new Inbox.Observed(target, observation));
      send();
    }
  }

  /// Reports what changes nothing, within [#WAIT_NANOS].
  void calm(ProbeTarget target, Observation observation) {
    waiting.add(new Inbox.Observed(target, observation));
    if (waiting.size() >= WAITING_MAX) {
      send();
    } else if (!timerSet) {
      timerSet = true;
      lane.after(
          WAIT_NANOS,
          () -> {
            timerSet = false;
            send();
          });
    }
  }

  private void send() {
    if (!waiting.isEmpty()) {
      inbox.observed(List.copyOf(waiting));
      waiting.clear();
    }
  }
}
