package detour.failover.safety;

import detour.failover.model.OverridePath;
import java.time.Instant;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A change that an operator asks for, as far as safety rules look at it.
///
/// @param changed what it is made to
/// @param servesBefore whether a pool or endpoint can serve without the change
/// @param servesAfter whether it could with it
/// @param changedLast when an operator last changed a pool, an endpoint, or part of it; null for
///   never
public record SafetyCase(
    OverridePath changed,
    Predicate<OverridePath> servesBefore,
    Predicate<OverridePath> servesAfter,
    Function<OverridePath, @Nullable Instant> changedLast,
    Instant now) {}
