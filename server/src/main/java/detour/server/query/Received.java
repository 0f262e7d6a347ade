package detour.server.query;

import org.jspecify.annotations.Nullable;

/// The octets of an answer, and what it took to get them.
///
/// @param connectNanos how much of the time went into the connection; 0 over UDP
/// @param tls version, cipher and certificate, for people; null without TLS
@SuppressWarnings("ArrayRecordComponent") // never compared
record Received(byte[] octets, long nanos, long connectNanos, @Nullable String tls) {}
