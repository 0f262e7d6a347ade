/// Who is trusted, TLS engines that obey it, and what is wrong with certificates, in words.
///
/// In: TLS settings. Out: engines. Thread: any. May import: options, pem, probe.text.
@NullMarked
package detour.server.probe.tls;

import org.jspecify.annotations.NullMarked;
