package detour.server.publish;

import detour.failover.model.ProbeTarget;
import java.util.Set;

/// What the publish thread tells the probers. Every method returns at once.
public interface ProbeControl {
  /// Probes nothing.
  ProbeControl NONE =
      new ProbeControl() {
        @Override
        public void targets(Set<ProbeTarget> targets) {}

        @Override
        public void pending(ProbeTarget target, boolean pending) {}

        @Override
        public void probeNow(ProbeTarget target) {}

        @Override
        public void hostNames(Set<String> hostNames) {}
      };

  /// Probe exactly these from now on; targets that stay keep their schedule.
  void targets(Set<ProbeTarget> targets);

  /// While `pending`, probes of the target start every fast interval and do not wait for each
  /// other.
  void pending(ProbeTarget target, boolean pending);

  /// Start a probe of the target now, beside its schedule, unless one is under way.
  void probeNow(ProbeTarget target);

  /// Resolve exactly these host names at intervals from now on.
  void hostNames(Set<String> hostNames);
}
