package detour.server.api;

import detour.server.access.Failures;
import detour.server.access.Role;
import detour.server.access.Tokens;
import org.jspecify.annotations.Nullable;

/// By what the API knows its callers.
///
/// @param tokens null where none are configured
/// @param withoutToken what callers of this machine may do without one; null for nothing
/// @param failures of callers to prove who they are
/// @param requestsPerSecond how many each address may make; 0 for no limit
public record ApiAccess(
    @Nullable Tokens tokens,
    @Nullable Role withoutToken,
    Failures failures,
    int requestsPerSecond) {}
