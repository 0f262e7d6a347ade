package detour.failover.verdict;

import detour.failover.model.Vantage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which of the present vantages probe which target, where not every one probes all.
///
/// Rendezvous hashing: for each target every vantage has a score, made of both names, and those
/// with the highest probe it. All nodes that see the same vantages present therefore choose the
/// same, in whatever order they were declared; and when a vantage leaves, only its own targets
/// move, each to the next in that target's order.
public final class ProbeShare {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final List<List<Candidate>> groups;
  private final int redundancy;

  /// Equal choices are one object: there are few of them, and many targets.
  private final Map<Set<String>, Set<String>> choices = new HashMap<>();

  private record Candidate(String name, long hash) {
    long score(long target) {
      return mixed(hash ^ target);
    }
  }

  /// @param present who may probe
  /// @param redundancy how many of them probe each target, at least 1; all where there are fewer
  /// @param perRegion whether so many of each region do
  public ProbeShare(Collection<Vantage> present, int redundancy, boolean perRegion) {
    if (redundancy < 1) {
      throw new IllegalArgumentException("redundancy must be at least 1; it is " + redundancy);
    }
    this.redundancy = redundancy;
    Map<String, List<Candidate>> byRegion = new TreeMap<>();
    for (Vantage vantage : present) {
      byRegion
          .computeIfAbsent(perRegion ? vantage.region() : "", _ -> new ArrayList<>())
          .add(new Candidate(vantage.name(), mixed(hash(vantage.name()))));
    }
    groups = List.copyOf(byRegion.values());
  }

  /// Who probes the target.
  ///
  /// @param target a name of the target that all nodes know it by
  /// @param asked the names of the vantages that may probe it; empty for all
  public Set<String> chosen(String target, Collection<String> asked) {
    long hash = hash(target);
    Set<String> chosen = new TreeSet<>();
    for (List<Candidate> group : groups) {
      Candidate[] candidates =
          group.stream()
              .filter(candidate -> asked.isEmpty() || asked.contains(candidate.name()))
              .toArray(Candidate[]::new);
      Arrays.sort(
          candidates,
          Comparator.<Candidate>comparingLong(candidate -> candidate.score(hash))
              .reversed()
              .thenComparing(Candidate::name));
      for (int place = 0; place < Math.min(redundancy, candidates.length); place++) {
        chosen.add(candidates[place].name());
      }
    }
    return choices.computeIfAbsent(chosen, Set::copyOf);
  }

  /// FNV-1a over the UTF-16 units: the same on every machine.
  private static long hash(String text) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return hash;
  }

  /// The finalizer of SplitMix64: every bit of the input changes half of the output's.
  private static long mixed(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
