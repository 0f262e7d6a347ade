package detour.failover.model;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a check of any kind can be told besides its schedule and thresholds.
///
/// @param target what is probed in place of the endpoint; null for the endpoint itself
/// @param source the address that probes leave from; null for the system's choice
/// @param inverted whether a failure passes and a pass fails
/// @param slowAfter a pass that takes longer than this is degraded; null for never
/// @param addresses which addresses of a host name are probed
/// @param earlySuspicion whether a probe that is long overdue starts the confirming ones before its
///   timeout
/// @param tripwire whether an idle connection may be held whose loss starts a probe at once
/// @param vantages the names of those that probe, and whose opinions count; empty for all
public record ProbeOptions(
    @Nullable Destination target,
    @Nullable InetAddress source,
    boolean inverted,
    @Nullable Duration slowAfter,
    Addresses addresses,
    boolean earlySuspicion,
    boolean tripwire,
    Set<String> vantages) {
  public static final ProbeOptions DEFAULT =
      new ProbeOptions(null, null, false, null, Addresses.ONE, true, true);

  public ProbeOptions {
    vantages = Set.copyOf(vantages);
  }

  /// Options of a check that every vantage is asked for.
  public ProbeOptions(
      @Nullable Destination target,
      @Nullable InetAddress source,
      boolean inverted,
      @Nullable Duration slowAfter,
      Addresses addresses,
      boolean earlySuspicion,
      boolean tripwire) {
    this(target, source, inverted, slowAfter, addresses, earlySuspicion, tripwire, Set.of());
  }

  /// Whether the opinion of this vantage counts.
  public boolean asks(String vantage) {
    return vantages.isEmpty() || vantages.contains(vantage);
  }

  /// Options with the quick detection that is the default.
  public ProbeOptions(
      @Nullable Destination target,
      @Nullable InetAddress source,
      boolean inverted,
      @Nullable Duration slowAfter,
      Addresses addresses) {
    this(target, source, inverted, slowAfter, addresses, true, true);
  }

  /// Which addresses of a host name are probed.
  public enum Addresses {
    /// The first one.
    ONE,
    /// Each; all of them must pass.
    ALL
  }
}
