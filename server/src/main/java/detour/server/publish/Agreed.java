package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the nodes of a cluster agreed on, as its store came to hold it.
///
/// The store is right: whoever is told takes over what it says and judges anew from there. What a
/// node has and the whole store knows nothing of, it tells the others: a store that lost its
/// contents gets them back.
public sealed interface Agreed {
  /// The store's revision at which it held all of this: greater for what came later.
  long revision();

  /// Latches that were moved, by this node or another.
  ///
  /// @param whole whether the store has no others
  record Latches(List<Latch> latches, boolean whole, long revision) implements Agreed {
    public Latches {
      latches = List.copyOf(latches);
    }
  }

  /// Overrides that were set or cleared, at this node or another.
  ///
  /// @param whole whether the store knows of no others
  /// @param byPath null for one that was cleared
  record Overrides(
      Map<OverridePath, @Nullable OperatorOverride> byPath, boolean whole, long revision)
      implements Agreed {
    /// One that changed.
    ///
    /// @param override null for one that was cleared
    public static Overrides of(
        OverridePath path, @Nullable OperatorOverride override, long revision) {
      Map<OverridePath, @Nullable OperatorOverride> one = new HashMap<>();
      one.put(path, override);
      return new Overrides(one, false, revision);
    }

    public Overrides {
      byPath = Collections.unmodifiableMap(new HashMap<>(byPath));
    }
  }
}
