package detour.server.publish;

import detour.failover.model.ProbeTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Probers that only note what they are told.
final class RecordedProbes implements ProbeControl {
  private final List<String> signals = new ArrayList<>();
  private final List<ProbeTarget> asked = new ArrayList<>();
  private Set<ProbeTarget> targets = Set.of();
  private Set<String> hostNames = Set.of();

  @Override
  public synchronized void targets(Set<ProbeTarget> targets) {
    this.targets = Set.copyOf(targets);
  }

  @Override
  public synchronized void pending(ProbeTarget target, boolean pending) {
    signals.add(target.destination().text() + (pending ? " pending" : " settled"));
  }

  @Override
  public synchronized void probeNow(ProbeTarget target) {
    asked.add(target);
  }

  synchronized List<ProbeTarget> takeAsked() {
    List<ProbeTarget> taken = List.copyOf(asked);
    asked.clear();
    return taken;
  }

  @Override
  public synchronized void hostNames(Set<String> hostNames) {
    this.hostNames = Set.copyOf(hostNames);
  }

  synchronized List<String> signals() {
    return List.copyOf(signals);
  }

  synchronized List<String> targets() {
    return targets.stream().map(target -> target.destination().text()).sorted().toList();
  }

  synchronized Set<String> hostNames() {
    return hostNames;
  }
}
