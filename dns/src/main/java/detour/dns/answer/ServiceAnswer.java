package detour.dns.answer;

import org.jspecify.annotations.Nullable;

/// What a service is answered with now, both families.
///
/// @param extendedError text of an Extended DNS Error (RFC 8914, code 0 "Other") for queries with
///   EDNS; null for none
public record ServiceAnswer(
    PreparedAnswer ipv4, PreparedAnswer ipv6, @Nullable String extendedError) {}
