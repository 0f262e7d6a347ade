package detour.server.publish;

import detour.failover.model.ProbeTarget;

/// The text under which a target's opinion is saved: equal targets have equal keys, across
/// restarts.
public final class TargetKey {
  private TargetKey() {}

  public static String of(ProbeTarget target) {
    return target.check() + " @ " + target.destination().text();
  }
}
