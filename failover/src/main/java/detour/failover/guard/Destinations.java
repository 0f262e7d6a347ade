package detour.failover.guard;

import detour.failover.model.Destination;
import detour.failover.model.GuardPolicy;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Without canaries the endpoints bear witness for each other: each distinct destination once,
/// however many checks and services it has.
///
/// Counted are the destinations that are well and those that began to fail and are not decided on
/// yet; what is down already says nothing about now. Destinations on this machine are neither
/// counted nor witnesses: nothing that could be cut lies between. Nor are inverted checks, which
/// pass when the world is gone.
final class Destinations implements Evidence {
  private static final int BELIEVED_AGAIN_MAX = 64;
  private static final int TRIES_PER_WITNESS = 8;

  /// Far from any simple fraction of the number of destinations, so that witnesses asked one after
  /// the other are far apart in the configuration, where neighbours often share a site.
  private static final int STRIDE = 0x9E3779B1;

  private final GuardPolicy policy;
  private final Map<Destination, Sight> sights = new HashMap<>();
  private final List<Sight> inOrder = new ArrayList<>();
  private int well;
  private int failing;
  private boolean anyPass;
  private long newestPassNanos;
  private int asked;

  private enum State {
    /// Passes, or nothing speaks against it yet.
    WELL,
    /// Began to fail; nothing is decided.
    FAILING,
    /// Decided to be down, and has not passed since.
    DOWN
  }

  /// What is seen of one destination.
  private static final class Sight {
    /// Whom to probe for it as a witness.
    private final ProbeTarget target;

    private State state;
    private long newestStartNanos = Long.MIN_VALUE;

    Sight(ProbeTarget target, State state) {
      this.target = target;
      this.state = state;
    }
  }

  /// @param targets what is probed, and whether it is taken to be well until a result comes
  /// @param before what was seen of destinations that stay
  Destinations(
      GuardPolicy policy, Map<ProbeTarget, Boolean> targets, @Nullable Destinations before) {
    this.policy = policy;
    targets.forEach((target, presumedWell) -> {
      if (bearsWitness(target)) {
        add(target, presumedWell, before);
      }
    });
    well = (int) inOrder.stream().filter(sight -> sight.state == State.WELL).count();
    if (before != null) {
      anyPass = before.anyPass;
      newestPassNanos = before.newestPassNanos;
    }
  }

  private void add(ProbeTarget target, boolean presumedWell, @Nullable Destinations before) {
    Sight known = before == null ? null : before.sights.get(target.destination());
    boolean isWell = known == null ? presumedWell : known.state != State.DOWN;
    Sight sight = sights.get(target.destination());
    if (sight == null) {
      sight = new Sight(target, isWell ? State.WELL : State.DOWN);
      sights.put(target.destination(), sight);
      inOrder.add(sight);
    } else if (isWell) {
      sight.state = State.WELL;
    }
  }

  @Override
  public boolean observed(ProbeTarget target, Observation observation) {
    Sight sight = bearsWitness(target) ? sights.get(target.destination()) : null;
    if (sight == null) {
      return false;
    }
    long startNanos = observation.startNanos();
    if (observation.passed() && (!anyPass || startNanos - newestPassNanos > 0)) {
      anyPass = true;
      newestPassNanos = startNanos;
    }
    if (startNanos >= sight.newestStartNanos) {
      sight.newestStartNanos = startNanos;
      if (observation.passed()) {
        become(sight, State.WELL);
      } else if (sight.state == State.WELL) {
        become(sight, State.FAILING);
      }
    }
    return observation.passed();
  }

  @Override
  public void decidedDown(ProbeTarget target) {
    Sight sight = bearsWitness(target) ? sights.get(target.destination()) : null;
    if (sight != null && sight.state == State.FAILING) {
      become(sight, State.DOWN);
    }
  }

  private void become(Sight sight, State next) {
    well += count(next, State.WELL) - count(sight.state, State.WELL);
    failing += count(next, State.FAILING) - count(sight.state, State.FAILING);
    sight.state = next;
  }

  private static int count(State state, State counted) {
    return state == counted ? 1 : 0;
  }

  @Override
  public boolean needsWitness(ProbeTarget target) {
    return bearsWitness(target)
        && sights.containsKey(target.destination())
        && well + failing >= policy.minTargets();
  }

  @Override
  public boolean passedSince(long nanos) {
    return anyPass && newestPassNanos - nanos >= 0;
  }

  @Override
  public boolean allFails(boolean doubted) {
    int counted = well + failing;
    return doubted
        && counted >= policy.minTargets()
        && failing * 100L >= (long) policy.sharePercent() * counted;
  }

  @Override
  public List<ProbeTarget> witnesses(int most) {
    Set<ProbeTarget> chosen = new LinkedHashSet<>();
    choose(chosen, most, State.WELL);
    choose(chosen, most, State.FAILING);
    return List.copyOf(chosen);
  }

  private void choose(Set<ProbeTarget> chosen, int most, State state) {
    int tries = inOrder.isEmpty() ? 0 : TRIES_PER_WITNESS * most;
    for (int tried = 0; tried < tries && chosen.size() < most; tried++) {
      asked += STRIDE;
      Sight sight = inOrder.get((int) ((Integer.toUnsignedLong(asked) * inOrder.size()) >>> 32));
      if (sight.state == state) {
        chosen.add(sight.target);
      }
    }
  }

  @Override
  public List<ProbeTarget> believedAgain() {
    List<ProbeTarget> failed = new ArrayList<>();
    for (Sight sight : inOrder) {
      if (sight.state == State.FAILING) {
        failed.add(sight.target);
        // Its failures are forgotten, so until it fails again it counts among those that are well.
        become(sight, State.WELL);
      }
    }
    return failed.subList(0, Math.min(failed.size(), BELIEVED_AGAIN_MAX));
  }

  @Override
  public String finding() {
    return "%d of the %d destinations that were well began to fail and none passes"
        .formatted(failing, well + failing);
  }

  private static boolean bearsWitness(ProbeTarget target) {
    boolean here =
        target.destination() instanceof Destination.Address(var address)
            && address.isLoopbackAddress();
    return !here && !target.check().options().inverted();
  }
}
