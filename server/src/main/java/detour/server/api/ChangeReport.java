package detour.server.api;

import org.jspecify.annotations.Nullable;

/// A change that is on disk and in force.
///
/// @param done what was done, in one sentence
/// @param service the service as it is after the change; null where the change is about no single
///   service
public record ChangeReport(String done, @Nullable ServiceReport service) {}
