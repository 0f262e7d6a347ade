/// Configuration files into the model and the zones: read, validate, report every problem with its
/// place.
///
/// In: files. Out: a [detour.server.config.Configuration] or problems. Thread: the caller's. May
/// import: access, dns, failover.model, options, pem.
@NullMarked
package detour.server.config;

import org.jspecify.annotations.NullMarked;
