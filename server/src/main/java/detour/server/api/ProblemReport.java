package detour.server.api;

import org.jspecify.annotations.Nullable;

/// A request that was not carried out, in the form of RFC 9457.
///
/// @param detail what was wrong and what would be accepted
/// @param field the parameter, header or body field at fault; null when it is none of them
public record ProblemReport(String title, int status, String detail, @Nullable String field) {}
