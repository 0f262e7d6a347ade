package detour.failover.model;

import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a check of any kind can be told besides its schedule and thresholds.
///
/// @param target what is probed in place of the endpoint; null for the endpoint itself
/// @param source the address that probes leave from; null for the system's choice
/// @param inverted whether a failure passes and a pass fails
/// @param slowAfter a pass that takes longer than this is degraded; null for never
/// @param earlySuspicion whether a probe that is long overdue starts the confirming ones before its
///   timeout
/// @param tripwire whether an idle connection may be held whose loss starts a probe at once
public record ProbeOptions(
    @Nullable Destination target,
    @Nullable InetAddress source,
    boolean inverted,
    @Nullable Duration slowAfter,
    boolean earlySuspicion,
    boolean tripwire) {
  public static final ProbeOptions DEFAULT = new ProbeOptions(null, null, false, null, true, true);
}
